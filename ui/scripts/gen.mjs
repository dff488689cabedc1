// Writes src/api/schema.d.ts from the server's OpenAPI document: `npm run gen [-- path-or-url]`.
// openapi-typescript needs TypeScript 5's programming interface, which the compiler used here no longer has, so both are
// fetched for this one command instead of being installed with the rest.
import { spawnSync } from 'node:child_process'

const source = process.argv[2] ?? '../target/openapi.json'
const packages = ['openapi-typescript@7.13.0', 'typescript@5.9.3'].flatMap((name) => ['--package', name])
const command = ['openapi-typescript', source, '--output', 'src/api/schema.d.ts', '--alphabetize', '--root-types']
const { status } = spawnSync('npm', ['exec', '--yes', ...packages, '--', ...command], { stdio: 'inherit' })
process.exitCode = status ?? 1
