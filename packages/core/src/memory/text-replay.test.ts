import { describe, expect, it } from 'vitest';
import { isReplayedText } from './text-replay.ts';

describe('a replayed text', () => {
  it('may be trimmed at its ends', () => {
    expect(isReplayedText('\n\nOne.\n', 'One.', 0)).toBe(true);
    expect(isReplayedText(' \n', '', 0)).toBe(true);
  });

  it('may have lost or won white space where blocks met, and nowhere else', () => {
    expect(isReplayedText('One.\n\nTwo.', 'One.Two.', 1)).toBe(true);
    expect(isReplayedText('One.Two.', 'One.\nTwo.', 1)).toBe(true);
    expect(isReplayedText('a \n b', 'a\nb', 1)).toBe(true);
    expect(isReplayedText('One.\n\nTwo.', 'One.Two.', 0)).toBe(false);
    expect(isReplayedText('a b c', 'abc', 1)).toBe(false);
    expect(isReplayedText('if x:\n    a\n    b\n', 'if x:\na\nb', 1)).toBe(false);
  });

  it('with other words is another text', () => {
    expect(isReplayedText('One.', 'Two.', 3)).toBe(false);
    expect(isReplayedText('One.', 'One. Two.', 3)).toBe(false);
    expect(isReplayedText('One. Two.', 'One.', 3)).toBe(false);
    expect(isReplayedText('One.', '', 3)).toBe(false);
  });
});
