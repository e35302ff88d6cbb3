/** Colours of all charts: they follow the reader's light or dark scheme; nothing is told by colour alone. */
const chartStyle = `<style>
text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.figure{fill:#57606a}
.ours{fill:#2f81f7}.other{fill:#8c959f}.mark{stroke:#24292f;fill:none}.dashed{stroke-dasharray:3 3}.line{stroke:#2f81f7;stroke-width:2;fill:none}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.figure{fill:#9198a1}.ours{fill:#4493f8}.other{fill:#6e7681}.mark{stroke:#e6edf3}.line{stroke:#4493f8}}
</style>`;

/** Returns a whole SVG document. */
export function toSvg(title: string, width: number, height: number, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    chartStyle,
    ...content,
    '</svg>',
    '',
  ].join('\n');
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** Rounds a coordinate: a tenth of a pixel is not seen. */
export function toCoordinate(value: number): number {
  return Math.round(value * 10) / 10;
}
