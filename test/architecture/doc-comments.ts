import ts from 'typescript'
import type { SourceFile } from './repository.ts'

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)

function namesOf(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map((declaration) => declaration.name.getText())
  }
  if (
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  ) {
    return [node.name?.text ?? 'default']
  }
  return []
}

/** The prose of a doc comment, without its tags; a comment of two words promises nothing. */
function isDocumented(node: ts.Statement): boolean {
  return ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .some((doc) => (ts.getTextOfJSDocComment(doc.comment) ?? '').trim().split(/\s+/).length >= 3)
}

/** Exports of a module that have no doc comment, as `path: name`. An overload counts once. */
export function undocumentedExports(file: SourceFile): string[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true)
  const exported = source.statements.filter(isExported)
  const documented = new Set(exported.filter(isDocumented).flatMap(namesOf))
  const names = new Set(exported.flatMap(namesOf))
  return [...names].filter((name) => !documented.has(name)).map((name) => `${file.path}: ${name}`)
}

/** How many names a module exports by declaration: shows that the check has something to look at. */
export function countExports(file: SourceFile): number {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true)
  return new Set(source.statements.filter(isExported).flatMap(namesOf)).size
}
