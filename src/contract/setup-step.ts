/** One thing to do on the platform's side before a channel works. */
export interface SetupStep {
  readonly text: string
  readonly link?: { readonly label: string; readonly url: string }
  /** Shown with it, to be copied: the address that the platform is to call. */
  readonly copies?: 'webhook-url'
}
