import { findChromium } from './find-chromium.ts';

/** Says so, once and where it is seen, if the tests of the web page cannot run. */
export function setup(): void {
  if (findChromium() !== undefined) return;
  console.error(`
  ************************************************************************
  There is no Chromium here: THE TESTS OF THE WEB PAGE ARE SKIPPED.
  Install one (Debian and Ubuntu: apt-get install chromium), or name one
  with the environment variable CHROMIUM.
  ************************************************************************
`);
}
