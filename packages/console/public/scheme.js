/** Sets the colour scheme before the first paint. A file of its own: the site's policy forbids inline scripts. */
(() => {
  const dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
  let chosen = 'auto';
  try {
    chosen = window.localStorage.getItem('holdfast-color-scheme') ?? 'auto';
  } catch {
    // Storage is closed to this page: follow the system.
    chosen = 'auto';
  }
  const scheme = chosen === 'light' || chosen === 'dark' ? chosen : dark ? 'dark' : 'light';
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme);
})();
