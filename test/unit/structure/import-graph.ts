// Reads who imports whom with the compiler's own parser, and follows imports to everything that they reach.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export const SOURCES = path.join(__dirname, '..', '..', '..', 'src');

export interface Import {
  readonly specifier: string;
  /** Gone after compilation. */
  readonly typeOnly: boolean;
}

/** Every import of a text: declarations, re-exports, `import()`, `require()` and `import x = require()`. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) found.push({ specifier, typeOnly: isTypeOnly(node) });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest));
  return found;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isExternalModuleReference(node)) return textOf(node.expression);
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const isLoad = expression.kind === ts.SyntaxKind.ImportKeyword || isRequire(expression);
  return isLoad ? textOf(node.arguments[0]) : undefined;
}

function isRequire(expression: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(expression)) return isRequire(expression.expression);
  return ts.isIdentifier(expression) && expression.text === 'require';
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteral(node) ? node.text : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause;
    if (clause === undefined) return false;
    const names = clause.namedBindings;
    if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
    return clause.name === undefined && names !== undefined && ts.isNamedImports(names) && areTypes(names);
  }
  if (!ts.isExportDeclaration(node)) return false;
  const clause = node.exportClause;
  return node.isTypeOnly || (clause !== undefined && ts.isNamedExports(clause) && areTypes(clause));
}

function areTypes({ elements }: ts.NamedImports | ts.NamedExports): boolean {
  return elements.length > 0 && [...elements].every((element) => element.isTypeOnly);
}

/** The files of src/, each with what it imports. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

export function readGraph(): ImportGraph {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return new Map(
    files.map((file) => [
      file.replaceAll(path.sep, '/'),
      importsOf(readFileSync(path.join(SOURCES, file), 'utf8')),
    ]),
  );
}

/** The files of a folder, those of its subfolders among them. */
export function filesIn(graph: ImportGraph, folder: string): string[] {
  return [...graph.keys()].filter((file) => file.startsWith(`${folder}/`));
}

export interface Reached {
  readonly files: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
}

/** Everything that is loaded when these files are: imports of types load nothing. */
export function reachedFrom(graph: ImportGraph, start: readonly string[]): Reached {
  const files = new Set(start);
  const packages = new Set<string>();
  for (const file of files) {
    for (const { specifier, typeOnly } of graph.get(file) ?? []) {
      if (typeOnly) continue;
      if (specifier.startsWith('.')) files.add(resolve(graph, file, specifier));
      else packages.add(packageOf(specifier));
    }
  }
  return { files, packages };
}

function resolve(graph: ImportGraph, file: string, specifier: string): string {
  const target = path.posix.join(path.posix.dirname(file), specifier);
  const found = [`${target}.ts`, `${target}/index.ts`, target].find((candidate) => graph.has(candidate));
  if (found === undefined) throw new Error(`src/${file} imports '${specifier}', which is no file of src/`);
  return found;
}

/** `@temporalio/client/lib/x` is a part of `@temporalio/client`. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
