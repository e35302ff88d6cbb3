import { expect, test } from 'vitest';
import { replaceSection } from './generated-section.ts';

const document = 'before\n<!-- generated: cost -->\nold\n<!-- end of cost -->\nafter\n';

test('only what stands between the marks is replaced', () => {
  expect(replaceSection(document, 'cost', 'new')).toBe(
    'before\n<!-- generated: cost -->\n\nnew\n\n<!-- end of cost -->\nafter\n',
  );
});

test('writing the same again changes nothing', () => {
  const once = replaceSection(document, 'cost', 'new');

  expect(replaceSection(once, 'cost', 'new')).toBe(once);
});

test('a document without the marks is left alone, and said to be', () => {
  expect(() => replaceSection('text', 'cost', 'new')).toThrow('<!-- generated: cost -->');
});
