declare global {
  interface Window {
    /** Read by the style injector that Mantine's overlays use. */
    __webpack_nonce__?: string
  }
}

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
if (nonce) window.__webpack_nonce__ = nonce

/** The nonce that the page's policy allows `<style>` elements with; the server writes it into the page. */
export const styleNonce = (): string => nonce
