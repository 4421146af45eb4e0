/**
 * Which way imports point: `npm run check` ends with an error where one does not. The wings of `generators/`, in the
 * order of docs/architecture.md: each imports from those before it.
 */
export const WINGS = ['common', 'macro', 'levels', 'package', 'checks', 'network', 'campaign', 'command-line', 'library'];

/** Types count: a type that two folders need of each other belongs below both. */
export default {
  forbidden: [
    {
      name: 'no-circles-of-files',
      severity: 'error',
      comment: 'Move what both files need into a third one.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-circles-of-folders',
      severity: 'error',
      comment: 'Move what both folders need into the lower one.',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    ...WINGS.map((wing, at) => ({
      name: `${wing}-imports-from-below`,
      severity: 'error',
      comment: `Wings import from those before them: ${WINGS.join(', ')}.`,
      from: { path: `^generators/${wing}/` },
      to: { path: `^generators/(?!(?:${WINGS.slice(0, at + 1).join('|')})/)` },
    })),
    {
      name: 'wings-are-known',
      severity: 'error',
      comment: 'Give a new wing its place in WINGS of .dependency-cruiser.mjs and in docs/architecture.md.',
      from: { path: `^generators/(?!(?:${WINGS.join('|')})/)[^/]+/` },
      to: {},
    },
    {
      name: 'nothing-around-generators',
      severity: 'error',
      comment: 'What is published needs nothing of tests, benchmarks, examples, or of folders beside the project.',
      from: { path: '^generators/' },
      to: { pathNot: ['^generators/', '^node_modules/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      comment: 'A package that generators/ imports belongs to "dependencies"; an optional one is loaded where it is needed.',
      from: { path: '^generators/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '^node_modules/(?:onnxruntime-node|eecircuit-engine)/' },
    },
    {
      name: 'model-runs-anywhere',
      severity: 'error',
      comment: 'imcgen/model needs no file, no program, no package: move what it imports apart from what needs them.',
      from: { path: '^generators/(model|library/(die|kernel|scenario|trim))\\.ts$' },
      to: { pathNot: '^generators/', reachable: true },
    },
    {
      name: 'everything-is-there',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
