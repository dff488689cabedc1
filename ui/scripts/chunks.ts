/**
 * Which modules are loaded together. Every request costs about as much as a kilobyte of code, so what all pages need is one file,
 * and so is what most pages with charts need. A module belongs to what imports it, so no list of modules has to be kept.
 */
interface ModuleInfo {
  importedIds: readonly string[]
  dynamicallyImportedIds: readonly string[]
}

/** The part of the bundler's context that is used. */
interface Context {
  getModuleInfo: (id: string) => ModuleInfo | null
}

const OWN = /\/ui\/src\//
const FIRST = /\/ui\/src\/main\.tsx$/
/** Whatever imports it draws. */
const CHART = /\/ui\/src\/charts\/Canvas\.tsx$/

/** A module and everything that has to be loaded before it can run. */
function neededBy(root: string, context: Context): Set<string> {
  const found = new Set([root])
  for (const id of found) for (const imported of context.getModuleInfo(id)?.importedIds ?? []) found.add(imported)
  return found
}

/** Everything that is loaded on demand. */
function laterThan(root: string, context: Context): Set<string> {
  const all = new Set([root])
  const later = new Set<string>()
  for (const id of all) {
    const info = context.getModuleInfo(id)
    for (const imported of info?.importedIds ?? []) all.add(imported)
    for (const imported of info?.dynamicallyImportedIds ?? []) {
      all.add(imported)
      later.add(imported)
    }
  }
  return later
}

/** The parts of the app that draw charts, each with everything that it needs. */
function chartsOf(root: string, context: Context): Set<string>[] {
  const parts = [...laterThan(root, context)].map((id) => neededBy(id, context))
  return parts.filter((part) => [...part].some((id) => CHART.test(id)))
}

/** Says for a module of the app in which file it is, or leaves it to the bundler. */
export function chunkOf(main: string): (id: string, context: Context) => string | null {
  let first: Set<string> | undefined
  let charts: Set<string>[] | undefined
  return (id, context) => {
    if (!OWN.test(id) || FIRST.test(id)) return null
    first ??= neededBy(main, context)
    if (first.has(id)) return 'app'
    charts ??= chartsOf(main, context)
    const sharing = charts.filter((part) => part.has(id)).length
    return sharing > charts.length / 2 ? 'figures' : null
  }
}
