// Runs before the first paint, so that a dark page does not flash white. Kept in step with src/components/theme.ts.
{
  let chosen = null
  try {
    chosen = localStorage.getItem('chartsy.theme')
  } catch {
    // A frame of another site may have no storage.
  }
  const isDark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  // What stands there until the page's code has come: see index.html.
  if (location.pathname.startsWith('/c/')) document.documentElement.dataset.frame = ''
}
