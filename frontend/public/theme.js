// Runs before the page is drawn, so that a chosen theme never flashes. A file of its own: inline scripts are forbidden.
try {
  const theme = window.localStorage.getItem('cartload.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is switched off: the system's preference decides.
}
