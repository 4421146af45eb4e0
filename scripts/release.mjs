/**
 * Whether the project says the same of a release everywhere: `node scripts/release.mjs v0.1.0`. The tag, package.json,
 * CITATION.cff and a heading of CHANGELOG.md with a date have to agree. Exit code 1: one does not.
 */
import { readFileSync } from 'node:fs';

const read = (file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const { version } = JSON.parse(read('package.json'));
const [, cited] = /^version: (.*)$/m.exec(read('CITATION.cff')) ?? [];
const [, heading] = /^## (\d\S*) - \d{4}-\d\d-\d\d$/m.exec(read('CHANGELOG.md')) ?? [];
const tag = process.argv[2];

const problems = [
  tag !== `v${version}` && `the tag is ${tag}, package.json has version ${version}: tag v${version}`,
  cited !== version && `CITATION.cff has version ${cited}, package.json has ${version}`,
  heading !== version &&
    `the newest dated heading of CHANGELOG.md is ${heading ?? 'missing'}: write "## ${version} - <year-month-day>"`,
].filter((problem) => problem !== false);
for (const problem of problems) console.error(`release: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`release ${version}: tag, package.json, CITATION.cff and CHANGELOG.md agree`);
