/** mjml 5 brings no types; these are the parts used here. Rejects when the source does not pass a strict validation. */
declare module 'mjml' {
  interface MjmlOptions {
    fonts?: Record<string, string>
    validationLevel?: 'strict' | 'soft' | 'skip'
  }
  export default function mjml2html(source: string, options?: MjmlOptions): Promise<{ html: string }>
}
