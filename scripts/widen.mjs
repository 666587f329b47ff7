// Makes the kernels of one width from their source, which kernels/vector.ts explains. For octs every statement on a
// Vector is written twice, on halves 16 bytes apart, in the form that V8's pass for 256-bit instructions recognizes:
//   const a = loadVector(p)            const a = v128.load(p), aHigh = v128.load(p, 16)
//   a = f32x4.add(a, b)                a = f32x4.add(a, b), aHigh = f32x4.add(aHigh, bHigh)
//   storeVector(p, a)                  { v128.store(p, aHigh, 16); v128.store(p, a) }
// Both loads of a pair come before any store, and the upper half is stored first: the other order costs V8 a store.
import {
  BinaryExpression,
  CallExpression,
  ExpressionStatement,
  FunctionDeclaration,
  IdentifierExpression,
  Node,
  newOptions,
  newProgram,
  parse,
  Token,
  VariableStatement,
} from 'assemblyscript';

/** Images side by side in one vector, by the name of the width. */
export const widths = { quads: 4, octs: 8 };

/** @param source text of a file of kernels/. @param lanes 4 or 8. */
export function widen(source, lanes) {
  const edits = [];
  for (const statement of parsed(source)) {
    if (statement instanceof FunctionDeclaration && statement.body) widenFunction(statement, source, lanes, edits);
  }
  return applied(source, edits, 0, source.length).replace('lanes: i32 = 4;', `lanes: i32 = ${lanes};`);
}

function parsed(source) {
  const program = newProgram(newOptions());
  parse(program, source, 'kernel.ts', true);
  return program.sources.at(-1).statements;
}

function widenFunction(declaration, source, lanes, edits) {
  const halves = lanes / 4;
  /** Names of the variables that are vectors. */
  const vectors = new Set();
  /** Names of its other variables and its parameters. No name may stand for both. */
  const others = new Set(declaration.signature.parameters.map((parameter) => parameter.name.text));
  const textOf = ({ range }) => source.slice(range.start, range.end);
  const calleeOf = (node) => (node instanceof CallExpression ? textOf(node.expression) : '');
  const isVector = (node) =>
    some(
      node,
      (part) => calleeOf(part) === 'loadVector' || (part instanceof IdentifierExpression && vectors.has(part.text)),
    );
  const fail = (node, problem) => {
    const line = source.slice(0, node.range.start).split('\n').length;
    throw new Error(`line ${line} of a kernel: ${problem}: ${textOf(node)}`);
  };

  /** Where a call reads or writes: an address, and a constant index. */
  const place = (call, address, index) => {
    const at = index ? Number(textOf(index)) : 0;
    if (!Number.isInteger(at)) fail(call, 'the index is no constant');
    if (isVector(address)) fail(call, 'an address is no vector');
    return { address, at };
  };
  /** An expression for one half of its vectors. */
  const half = (expression, high) => {
    const replaced = [];
    visit(expression, (node) => {
      const callee = calleeOf(node);
      if (callee === 'loadVector' || callee === 'loadFactor') {
        replaced.push({ ...node.range, text: loaded(node, high) });
        return false;
      }
      if (node instanceof IdentifierExpression && vectors.has(node.text) && high) {
        replaced.push({ ...node.range, text: `${node.text}High` });
      }
      return true;
    });
    return applied(source, replaced, expression.range.start, expression.range.end);
  };
  const loaded = (call, high) => {
    const { address, at } = place(call, ...call.args);
    if (calleeOf(call) === 'loadFactor') {
      return lanes === 4
        ? `v128.load(${textOf(address)}, ${16 * at})`
        : `v128.load32_splat(${textOf(address)}, ${4 * at})`;
    }
    return `v128.load(${textOf(address)}, ${4 * lanes * at + (high ? 16 : 0)})`;
  };
  const bothHalves = (write) => (halves === 1 ? [write(false)] : [write(false), write(true)]);

  const declared = (statement) => {
    const parts = statement.declarations.flatMap((variable) => {
      const name = variable.name.text;
      const { initializer } = variable;
      if (!(variable.type && textOf(variable.type) === 'Vector') && !(initializer && isVector(initializer))) {
        if (vectors.has(name)) fail(variable, 'the name stands for a vector before');
        others.add(name);
        return `${textOf(variable.name)}${variable.type ? `: ${textOf(variable.type)}` : ''}${initializer ? ` = ${half(initializer)}` : ''}`;
      }
      if (!initializer) fail(variable, 'a vector needs a value');
      // The upper half on one line, so that the widened file has the lines of its source.
      const written = bothHalves((high) => {
        const value = half(initializer, high);
        return high ? `${name}High = ${value.replace(/\s*\n\s*/g, ' ')}` : `${name} = ${value}`;
      });
      if (others.has(name)) fail(variable, 'the name stands for something else before');
      vectors.add(name);
      return written;
    });
    const keyword = /^\w+/.exec(textOf(statement))[0];
    return `${keyword} ${parts.join(', ')};`;
  };
  const stored = (call) => {
    const [base, value, index] = call.args;
    const { address, at } = place(call, base, index);
    const offset = 4 * lanes * at;
    if (halves === 1) return `v128.store(${textOf(address)}, ${half(value)}, ${offset});`;
    const isName = address instanceof IdentifierExpression;
    const to = isName ? textOf(address) : '$to';
    const names = [
      ...(isName ? [] : [`$to = ${textOf(address)}`]),
      `$low = ${half(value)}`,
      `$high = ${half(value, true)}`,
    ];
    return `{ const ${names.join(', ')}; v128.store(${to}, $high, ${offset + 16}); v128.store(${to}, $low, ${offset}); }`;
  };
  const rewritten = (statement) => {
    if (statement instanceof VariableStatement) return declared(statement);
    const { expression } = statement;
    const callee = calleeOf(expression);
    if (callee === 'storeVector') return stored(expression);
    if (callee === 'storeFactor') {
      const [address, value] = expression.args.map(textOf);
      return lanes === 4 ? `v128.store(${address}, ${value});` : `v128.store_lane<f32>(${address}, ${value}, 0);`;
    }
    const isAssigned =
      expression instanceof BinaryExpression &&
      expression.operator === Token.Equals &&
      expression.left instanceof IdentifierExpression &&
      vectors.has(expression.left.text);
    if (isAssigned) {
      const { left, right } = expression;
      return `${bothHalves((high) => `${left.text}${high ? 'High' : ''} = ${half(right, high)}`).join(', ')};`;
    }
    if (isVector(expression)) fail(statement, 'a vector cannot be used here');
    return `${half(expression)};`;
  };
  for (const parameter of declaration.signature.parameters) {
    if (textOf(parameter.type) === 'Vector') fail(parameter, 'a parameter cannot be a vector; declare it v128');
  }
  visit(declaration.body, (node) => {
    if (node instanceof VariableStatement || node instanceof ExpressionStatement) {
      const { start, end } = node.range;
      edits.push({ start, end: source[end] === ';' ? end + 1 : end, text: rewritten(node) });
      return false;
    }
    if (node instanceof IdentifierExpression && vectors.has(node.text)) fail(node, 'a vector cannot be used here');
    if (calleeOf(node) === 'loadVector') fail(node, 'a vector cannot be used here');
    return true;
  });
}

/** Calls `see` for a node and, where it returns true, for the nodes below it, in the order of the text. */
function visit(node, see) {
  if (!see(node)) return;
  const below = Object.entries(node)
    .filter(([key]) => key !== 'range')
    .flatMap(([, value]) => value)
    .filter((value) => value instanceof Node)
    .sort((a, b) => a.range.start - b.range.start);
  for (const child of below) visit(child, see);
}

function some(node, test) {
  let found = false;
  visit(node, (part) => {
    found ||= test(part);
    return !found;
  });
  return found;
}

/** The text from `start` to `end`, with every edit { start, end, text } made. */
function applied(source, edits, start, end) {
  let text = '';
  let at = start;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    text += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + source.slice(at, end);
}
