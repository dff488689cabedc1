/** Drawn by scripts/outlines.ts when the pages are built. */
declare module 'virtual:outlines' {
  const world: import('./world').World
  export default world
}
