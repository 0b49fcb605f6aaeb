/** Everything of contacts, fetched as one: each further file to fetch is named in the code of the first screen. */
export { ContactDrawer } from './contact-drawer.tsx'
export { ContactPage } from './contact-page.tsx'
export { ContactPanel } from './contact-panel.tsx'
