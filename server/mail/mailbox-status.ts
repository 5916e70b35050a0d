/**
 * Whether it is worth while to look at the address again: not where a server holds something against our letter or against us
 * (5.5 protocol, 5.6 content, 5.7 policy).
 */
export function isAboutTheAddress(status: string): boolean {
  return !/^[45]\.[567]\./.test(status)
}

/**
 * Whether a status (RFC 3463) says that there is no such mailbox. A mailbox that is full, and what a server holds against our
 * letter or against us, can change; the address stays good.
 */
export function isNoMailbox(status: string): boolean {
  return /^5\.\d{1,3}\.\d{1,3}$/.test(status) && !/^5\.(2\.[23]|[367]\.\d+)$/.test(status)
}
