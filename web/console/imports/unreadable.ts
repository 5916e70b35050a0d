/** Why a sheet cannot be read, in a sentence that says what to do. */
export class Unreadable extends Error {}
