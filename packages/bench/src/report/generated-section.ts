/**
 * Returns `document` with what stands between the marks of a section replaced; all else stays as it is.
 *
 * @throws Error if the document has no such marks
 */
export function replaceSection(document: string, name: string, content: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from)
    throw new Error(`The document has no section between "${begin}" and "${end}"`);
  return `${document.slice(0, from + begin.length)}\n\n${content.trim()}\n\n${document.slice(to)}`;
}
