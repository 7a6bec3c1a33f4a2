import { FAULT_GROUPS } from './faultGroups.mjs'
import { MUTATIONS } from './mutations.mjs'

/** The groups with what became of their tests: `passed`, `failed`, or `missing` when nothing of that name ran. */
export function judge(ran) {
  return FAULT_GROUPS.map(({ name, tests, gap }) => ({
    name,
    gap,
    tests: tests.map(([file, part]) => {
      const found = ran.filter((test) => test.file === file && test.name.includes(part))
      const passed = found.filter((test) => test.status === 'passed').length
      const verdict = found.length === 0 ? 'missing' : passed === found.length ? 'passed' : 'failed'
      return { file, name: part, runs: found.length, verdict }
    }),
  }))
}

/** The page: fault groups against tests and their last result, and the seeded bugs when their report is at hand. */
export function renderReliability(results, mutations, at) {
  const rows = results.map((group, index) => {
    const tests = group.tests.map((test) => `${test.name} ([test](../${test.file})): ${describe(test)}`)
    return `| ${index + 1} | ${group.name} | ${cell(tests.join('<br>')) || 'none'} | ${group.gap ?? ''} |`
  })
  const lines = [
    '# Reliability',
    '',
    `Written by \`npm run reliability\` on ${at.toISOString().slice(0, 10)}. Each line is a group of faults, the tests that make them happen with their last`,
    'result, and what no test here covers.',
    '',
    '| | Faults | Tests and last result | Not covered here |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## Seeded bugs',
    '',
    ...describeMutations(mutations),
  ]
  return `${lines.join('\n')}\n`
}

function describe({ verdict, runs }) {
  if (verdict === 'missing') return '**not run**'
  return `${verdict === 'passed' ? 'passed' : '**failed**'}${runs > 1 ? ` (${runs})` : ''}`
}

function describeMutations(mutations) {
  if (mutations === undefined)
    return ['Run `npm run mutations -- --report FILE`, then `npm run reliability -- --mutations FILE`.']
  const red = mutations.filter((mutation) => mutation.caughtBy !== undefined).length
  return [
    `${red} of ${mutations.length} turned the suite red; ${MUTATIONS.length} can be seeded.`,
    '',
    '| Bug | First test that caught it |',
    '| --- | --- |',
    ...mutations.map(
      ({ name, caughtBy }) => `| ${cell(name)} | ${caughtBy === undefined ? '**survived**' : cell(caughtBy)} |`,
    ),
  ]
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
