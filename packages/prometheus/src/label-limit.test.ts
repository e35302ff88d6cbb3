import { expect, test } from 'vitest';
import { createLabelLimit } from './label-limit.ts';

test('however many names come, the number of label values has a limit', () => {
  const limit = createLabelLimit(2);
  expect(['a', 'b', 'c', 'd', 'a'].map(limit)).toEqual(['a', 'b', 'other', 'other', 'a']);
});
