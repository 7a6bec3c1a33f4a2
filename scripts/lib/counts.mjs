/** A stage that passes or fails as a whole counts as one. */
export function countAsOne({ code }) {
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/**
 * Counts of a run with a report. A run that died before its report, or that ended badly although its report names no failure (an
 * error outside any test), counts as a failure too: the total can never look better than the exit code.
 */
export function countReported({ code }, counts) {
  if (counts === undefined) return { passed: 0, failed: 1 }
  return { passed: counts.passed, failed: code === 0 ? counts.failed : Math.max(counts.failed, 1) }
}

/** What vitest's JSON report says; undefined when there is none. */
export function vitestCounts(report) {
  if (report === undefined) return undefined
  return { passed: report.numPassedTests, failed: report.numFailedTests }
}

/** What Playwright's JSON report says; undefined when there is none. A test that passed on a second try passed. */
export function playwrightCounts(report) {
  if (report?.stats === undefined) return undefined
  return { passed: report.stats.expected + report.stats.flaky, failed: report.stats.unexpected }
}
