// Runs before the first paint, so that nobody who works in the dark is flashed by a white page.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('tributary-color-scheme')
  } catch {
    chosen = null
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
