/** The pages are in English; how English writes numbers, money and days in the reader's country. */
function localeOf(language: string | undefined): string {
  try {
    const { region } = new Intl.Locale(language ?? 'en-US').maximize()
    return region === undefined ? 'en-US' : `en-${region}`
  } catch {
    return 'en-US'
  }
}

/** The one locale of every number, amount, day and name on the pages. */
export const LOCALE = localeOf(globalThis.navigator?.language)
