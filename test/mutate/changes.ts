// The changes that one node of a source file allows: each makes a mutant.
import ts from "typescript";
import { patternChanges } from "./patterns.ts";

/** What a mutant replaces in its file, `start` and `end` as offsets. */
export interface Change {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

type Text = (node: ts.Node) => string;

const { SyntaxKind: Kind } = ts;

/** Operators and what replaces them. `??` isn't here: its default is removed with the operator. */
const operators = new Map<ts.SyntaxKind, [kind: string, replacement: string]>([
  [Kind.EqualsEqualsEqualsToken, ["equality", "!=="]],
  [Kind.ExclamationEqualsEqualsToken, ["equality", "==="]],
  [Kind.AmpersandAmpersandToken, ["logic", "||"]],
  [Kind.BarBarToken, ["logic", "&&"]],
  [Kind.LessThanToken, ["bound", "<="]],
  [Kind.LessThanEqualsToken, ["bound", "<"]],
  [Kind.GreaterThanToken, ["bound", ">="]],
  [Kind.GreaterThanEqualsToken, ["bound", ">"]],
]);

/** Methods and their opposites. */
const opposites = new Map([
  ["some", "every"],
  ["every", "some"],
  ["min", "max"],
  ["max", "min"],
]);

const handlers = new Set(["catch", "finally"]);
const collectors = new Set(["filter", "toSorted", "toReversed"]);
const refinements = new Set(
  "optional nullable default catch min max length regex refine superRefine int positive nonnegative".split(" "),
);

/** The changes of this node alone, not of its children. `schemas`: whether the file declares zod schemas. */
export function changesOf(node: ts.Node, text: Text, schemas: boolean): Change[] {
  return [
    ...operatorChanges(node, text),
    ...conditionChanges(node, text),
    ...statementChanges(node, text),
    ...callChanges(node, text, schemas),
    ...literalChanges(node, text),
    ...defaultChanges(node, text),
  ];
}

function replace(kind: string, node: ts.Node, replacement: string): Change {
  return { kind, start: node.getStart(), end: node.end, replacement };
}

function operatorChanges(node: ts.Node, text: Text): Change[] {
  if (ts.isPrefixUnaryExpression(node) && node.operator === Kind.ExclamationToken) {
    return [replace("negation", node, text(node.operand))];
  }
  if (!ts.isBinaryExpression(node)) return [];
  if (node.operatorToken.kind === Kind.QuestionQuestionToken) return [replace("default", node, text(node.left))];
  const found = operators.get(node.operatorToken.kind);
  return found === undefined ? [] : [replace(found[0], node.operatorToken, found[1])];
}

/** Conditions whose negation isn't already the change of their operator. */
function conditionChanges(node: ts.Node, text: Text): Change[] {
  const condition = conditionOf(node);
  if (
    condition === undefined ||
    (ts.isPrefixUnaryExpression(condition) && condition.operator === Kind.ExclamationToken)
  )
    return [];
  if (ts.isBinaryExpression(condition) && operators.get(condition.operatorToken.kind)?.[0] === "equality") return [];
  return [replace("negation", condition, `!(${text(condition)})`)];
}

function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  return ts.isConditionalExpression(node) || ts.isForStatement(node) ? node.condition : undefined;
}

function statementChanges(node: ts.Node, text: Text): Change[] {
  if (ts.isExpressionStatement(node) && isCall(node.expression)) return [replace("call", node, ";")];
  if (ts.isIfStatement(node)) {
    const only = ts.isBlock(node.thenStatement) ? node.thenStatement.statements.at(-1) : node.thenStatement;
    return only !== undefined && leaves(only) ? [replace("return", only, ";")] : [];
  }
  if (ts.isTryStatement(node) && node.finallyBlock !== undefined) {
    return [replace("finally", node.finallyBlock, "{}")];
  }
  if (ts.isSpreadAssignment(node) && !text(node).includes("undefined")) return [replace("spread", node, "...{}")];
  return [];
}

function leaves(statement: ts.Statement): boolean {
  return (
    ts.isReturnStatement(statement) ||
    ts.isThrowStatement(statement) ||
    ts.isContinueStatement(statement) ||
    ts.isBreakStatement(statement)
  );
}

function isCall(expression: ts.Expression): boolean {
  if (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression)) return isCall(expression.expression);
  return ts.isCallExpression(expression) && expression.expression.kind !== Kind.SuperKeyword;
}

function callChanges(node: ts.Node, text: Text, schemas: boolean): Change[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const { expression: object, name } = node.expression;
  const method = name.text;
  const opposite = opposites.get(method);
  if (schemas && refinements.has(method)) return [replace("schema", node, text(object))];
  if (schemas && method === "strictObject") return [replace("schema", name, "object")];
  if (handlers.has(method)) return [replace("catch", node, text(object))];
  if (collectors.has(method)) return [replace("collection", node, text(object))];
  return opposite === undefined ? [] : [replace("collection", name, opposite)];
}

function literalChanges(node: ts.Node, text: Text): Change[] {
  if (node.kind === Kind.TrueKeyword) return [replace("boolean", node, "false")];
  if (node.kind === Kind.FalseKeyword) return [replace("boolean", node, "true")];
  if (node.kind === Kind.RegularExpressionLiteral) {
    return patternChanges(text(node)).map(replacement => replace("pattern", node, replacement));
  }
  if (!ts.isNumericLiteral(node)) return [];
  const value = Number(node.text);
  // One more or less of a large number, as milliseconds or bytes, is no other behaviour.
  const others = new Set(value < 100 ? [value + 1, value - 1, 0] : [value * 2, 0]);
  others.delete(value);
  return [...others].map(other => replace("number", node, other < 0 ? `(${other})` : `${other}`));
}

/** A parameter or a destructured name without its default. */
function defaultChanges(node: ts.Node, text: Text): Change[] {
  if (!(ts.isParameter(node) || ts.isBindingElement(node)) || node.initializer === undefined) return [];
  return [{ kind: "default", start: node.name.end, end: node.end, replacement: typeOf(node, text) }];
}

function typeOf(node: ts.ParameterDeclaration | ts.BindingElement, text: Text): string {
  return ts.isParameter(node) && node.type !== undefined ? `: ${text(node.type)}` : "";
}
