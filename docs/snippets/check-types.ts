import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const host: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
};

/** How a reader's own project would have it: the packages' types, strict, and Nest's decorators. */
const options: ts.CompilerOptions = {
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  module: ts.ModuleKind.NodeNext,
  customConditions: ['@llama-messages/source'],
  allowImportingTsExtensions: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
};

/** Returns what the compiler has to say of each file, by its path; JavaScript is checked too, but need not name types. */
export function checkTypes(files: readonly string[]): Map<string, string> {
  const complaints = new Map<string, string>();
  const isJavaScript = (file: string) => file.endsWith('.mjs');
  for (const [group, more] of [
    [files.filter((file) => !isJavaScript(file)), {}],
    [files.filter(isJavaScript), { allowJs: true, checkJs: true, noImplicitAny: false }],
  ] as const) {
    const program = ts.createProgram(group, { ...options, ...more });
    for (const file of group) {
      const source = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      complaints.set(file, ts.formatDiagnostics(found, host));
    }
  }
  return complaints;
}

/** Returns the code without its types, and with what Nest's decorators need. */
export function toJavaScript(code: string): string {
  return ts.transpileModule(code, {
    compilerOptions: { ...options, module: ts.ModuleKind.ESNext, noEmit: false },
  }).outputText;
}
