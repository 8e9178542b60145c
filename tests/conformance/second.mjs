// A second implementation of the language, deliberately small: it parses, encodes and decodes, and says so of the rest.
// It was written from the specification alone; the kit is run against it, and against it with errors planted.
import { createInterface } from 'node:readline';

const LIMITS = { text: 1048576, json: 67108864, nesting: 200, nodes: 100000 };

class Wrong extends Error {
  constructor(message, pointer) {
    super(message);
    this.pointer = pointer;
  }
}

// ---- tokens

const BLANKS = ' \t\n\r\f\u00a0';
const MARKS = ['==', '!=', '<=', '>=', '&&', '||', '<', '>', '!', '+', '-', '*', '/', '%', '(', ')', '.', ',', '?', ':'];

function tokens(text) {
  const found = [];
  let at = 0;
  while (at < text.length) {
    if (BLANKS.includes(text[at])) {
      at += 1;
      continue;
    }
    const rest = text.slice(at, at + 70000);
    const number = /^[0-9]+(?:\.[0-9]*)?/.exec(rest);
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(rest);
    if (number) {
      found.push({ kind: 'number', text: number[0] });
      at += number[0].length;
    } else if (name) {
      found.push({ kind: name[0] === 'true' || name[0] === 'false' ? 'boolean' : 'name', text: name[0] });
      at += name[0].length;
    } else if (text[at] === '"') {
      const end = endOfString(text, at);
      found.push({ kind: 'string', text: text.slice(at + 1, end) });
      at = end + 1;
    } else {
      const mark = MARKS.find((one) => text.startsWith(one, at));
      if (mark === undefined) throw new Wrong(`unexpected character at ${at}`);
      found.push({ kind: 'mark', text: mark });
      at += mark.length;
    }
  }
  found.push({ kind: 'end', text: '' });
  return found;
}

function endOfString(text, start) {
  let at = start + 1;
  for (;;) {
    const char = text[at];
    if (char === undefined || char === '\n' || char === '\r') throw new Wrong('unclosed string');
    if (char === '"') {
      checkString(text.slice(start + 1, at));
      return at;
    }
    if (char === '\\') {
      at += 1;
      if (text[at] === undefined || text[at] === '\n' || text[at] === '\r') throw new Wrong('unclosed string');
    }
    at += 1;
  }
}

// Halves of surrogate pairs are looked for in what the string means, and as they stand.
function checkString(raw) {
  const meant = raw.replace(/\\(?:u([0-9a-fA-F]{4})|[^])/g, (_, code) =>
    code === undefined ? '.' : String.fromCharCode(parseInt(code, 16)),
  );
  if (loneSurrogate(meant) || loneSurrogate(raw)) throw new Wrong('half of a surrogate pair');
}

function loneSurrogate(text) {
  return /[\ud800-\udbff](?![\udc00-\udfff])|(?:^|[^\ud800-\udbff])[\udc00-\udfff]/.test(text);
}

// ---- trees: { kind, label, operands, depth, size }

function node(kind, label, operands = []) {
  const depth = 1 + operands.reduce((deepest, one) => Math.max(deepest, one.depth), 0);
  const size = 1 + operands.reduce((sum, one) => sum + one.size, 0);
  return { kind, label, operands, depth, size };
}

// The last term of an and/or list that is one of its kind is spliced in.
function logical(label, terms) {
  const last = terms[terms.length - 1];
  return node('logical', label, last.kind === 'logical' && last.label === label ? [...terms.slice(0, -1), ...last.operands] : terms);
}

function plainNumber(text) {
  let [whole, fraction = ''] = text.split('.');
  whole = whole.replace(/^0+(?=[0-9])/, '');
  fraction = fraction.replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

class Parser {
  constructor(text, limits) {
    this.limits = limits;
    this.tokens = tokens(text);
    this.at = 0;
    this.open = 0;
  }

  is(mark) {
    const token = this.tokens[this.at];
    return token.kind === 'mark' && token.text === mark;
  }

  takeAny(marks) {
    const token = this.tokens[this.at];
    if (token.kind !== 'mark' || !marks.includes(token.text)) return undefined;
    this.at += 1;
    return token.text;
  }

  expect(mark) {
    if (this.takeAny([mark]) === undefined) throw new Wrong(`expected ${mark}`);
  }

  whole() {
    const tree = this.expression();
    if (this.tokens[this.at].kind !== 'end') throw new Wrong('expected the end');
    return tree;
  }

  expression() {
    this.open += 1;
    if (this.open > this.limits.nesting + 1) throw new Wrong('too deep');
    const condition = this.either();
    let tree = condition;
    if (this.takeAny(['?'])) {
      const then = this.expression();
      this.expect(':');
      tree = node('conditional', '?', [condition, then, this.expression()]);
    }
    this.open -= 1;
    return tree;
  }

  either() {
    const terms = [this.both()];
    while (this.takeAny(['||'])) terms.push(this.both());
    return terms.length === 1 ? terms[0] : logical('||', terms);
  }

  both() {
    const terms = [this.comparison()];
    while (this.takeAny(['&&'])) terms.push(this.comparison());
    return terms.length === 1 ? terms[0] : logical('&&', terms);
  }

  comparison() {
    const operators = ['==', '!=', '<', '<=', '>', '>='];
    const left = this.sum();
    const operator = this.takeAny(operators);
    if (operator === undefined) return left;
    const tree = node('binary', operator, [left, this.sum()]);
    if (this.takeAny(operators)) throw new Wrong('chained comparison');
    return tree;
  }

  sum() {
    let tree = this.product();
    for (let operator; (operator = this.takeAny(['+', '-'])); ) tree = node('binary', operator, [tree, this.product()]);
    return tree;
  }

  product() {
    let tree = this.unary();
    for (let operator; (operator = this.takeAny(['*', '/', '%'])); ) tree = node('binary', operator, [tree, this.unary()]);
    return tree;
  }

  unary() {
    const operators = [];
    for (let operator; (operator = this.takeAny(['!', '-', '+'])); ) operators.push(operator);
    let tree = this.postfix();
    while (operators.length) tree = node('unary', operators.pop(), [tree]);
    return tree;
  }

  postfix() {
    let tree = this.primary();
    while (this.takeAny(['.'])) {
      const token = this.tokens[this.at];
      if (token.kind !== 'name') throw new Wrong('expected a name');
      this.at += 1;
      tree = this.is('(') ? node('method', token.text, [tree, ...this.list()]) : node('dereference', token.text, [tree]);
    }
    return tree;
  }

  primary() {
    const token = this.tokens[this.at];
    this.at += 1;
    switch (token.kind) {
      case 'number':
        return node('number', plainNumber(token.text));
      case 'string':
        return node('string', token.text);
      case 'boolean':
        return node('boolean', token.text);
      case 'name':
        return this.is('(') ? node('function', token.text, this.list()) : node('name', token.text);
    }
    if (token.text !== '(') throw new Wrong('expected an operand');
    const inner = this.expression();
    this.expect(')');
    return { ...inner, depth: inner.depth + 1 };
  }

  list() {
    this.expect('(');
    const found = [];
    if (this.takeAny([')'])) return found;
    do found.push(this.expression());
    while (this.takeAny([',']));
    this.expect(')');
    return found;
  }
}

function checkLimits(tree, limits) {
  if (tree.depth > limits.nesting) throw new Wrong('too deep');
  if (tree.size > limits.nodes) throw new Wrong('too many nodes');
  return tree;
}

function parse(text, limits) {
  if ([...text].length > limits.text) throw new Wrong('too long');
  return checkLimits(new Parser(text, limits).whole(), limits);
}

function sexpr(tree) {
  const [first, ...others] = tree.operands.map(sexpr);
  switch (tree.kind) {
    case 'string':
      return `"${tree.label}"`;
    case 'number':
    case 'boolean':
    case 'name':
      return tree.label;
    case 'dereference':
      return `(. ${first} ${tree.label})`;
    case 'method':
      return `(${['call', first, tree.label, ...others].join(' ')})`;
    case 'function':
      return `(${['apply', tree.label, ...tree.operands.map(sexpr)].join(' ')})`;
    default:
      return `(${[tree.label, first, ...others].join(' ')})`;
  }
}

// ---- expressionJson, written

const LITERALS = { number: 'number:primitive', string: 'string:object:primitive', boolean: 'boolean:primitive' };

function value(tree) {
  const operands = tree.operands.map(value);
  const name = { arity: 'name', value: tree.label };
  switch (tree.kind) {
    case 'number':
    case 'string':
    case 'boolean':
      return { arity: 'literal', value: tree.label, type: LITERALS[tree.kind] };
    case 'name':
      return name;
    case 'dereference':
      return { arity: 'object_dereference', operands: [operands[0], name] };
    case 'method':
      return { arity: 'method_call', operands: [operands[0], name, ...operands.slice(1)] };
    case 'function':
      return { arity: 'function_call', operands: [name, ...operands] };
    case 'unary':
      return { arity: 'unary_operation', value: tree.label, operands };
    case 'conditional':
      return { arity: 'ternary_operation', value: '?', operands };
    default:
      return operands.reduceRight((last, term) => ({ arity: 'binary_operation', value: tree.label, operands: [term, last] }));
  }
}

function encode(tree, layout) {
  if (layout === 'editor') return '\n' + JSON.stringify(value(tree), null, 2).replace(/^( *"[a-z]+"): /gm, '$1:');
  return JSON.stringify(value(tree));
}

// ---- JSON, read: with a pointer to what is wrong, no key twice, and the escapes of the platform's editor

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  document() {
    const found = this.value('');
    this.blanks();
    if (this.at < this.text.length) throw new Wrong('text behind the document', '');
    return found;
  }

  blanks() {
    while (this.at < this.text.length && ' \t\n\r'.includes(this.text[this.at])) this.at += 1;
  }

  take(char, pointer) {
    this.blanks();
    if (this.text[this.at] !== char) throw new Wrong(`expected ${char}`, pointer);
    this.at += 1;
  }

  next(char) {
    this.blanks();
    if (this.text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  value(pointer) {
    this.blanks();
    if (this.next('{')) return this.object(pointer);
    if (this.next('[')) return this.array(pointer);
    if (this.text[this.at] === '"') return this.string(pointer);
    const word = /^(?:true|false|null|NaN|-?Infinity|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)/.exec(this.text.slice(this.at));
    if (!word) throw new Wrong('expected a value', pointer);
    this.at += word[0].length;
    return word[0] === 'null' ? null : { word: word[0] };
  }

  object(pointer) {
    const found = new Map();
    if (this.next('}')) return found;
    do {
      this.blanks();
      if (this.text[this.at] !== '"') throw new Wrong('expected a key', pointer);
      const key = this.string(pointer);
      const inner = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (found.has(key)) throw new Wrong('the same key twice', inner);
      this.take(':', pointer);
      found.set(key, this.value(inner));
    } while (this.next(','));
    this.take('}', pointer);
    return found;
  }

  array(pointer) {
    const found = [];
    if (this.next(']')) return found;
    do found.push(this.value(`${pointer}/${found.length}`));
    while (this.next(','));
    this.take(']', pointer);
    return found;
  }

  string(pointer) {
    const short = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', "'": "'", '\0': '\0' };
    let found = '';
    for (this.at += 1; this.text[this.at] !== '"'; this.at += 1) {
      const char = this.text[this.at];
      if (char === undefined) throw new Wrong('unclosed string', pointer);
      if (char !== '\\') {
        found += char;
        continue;
      }
      this.at += 1;
      const escape = this.text[this.at];
      const code = /^u([0-9a-fA-F]{4})/.exec(this.text.slice(this.at, this.at + 5));
      if (code) {
        found += String.fromCharCode(parseInt(code[1], 16));
        this.at += 4;
      } else if (escape !== undefined && escape in short) {
        found += short[escape];
      } else {
        throw new Wrong('unknown escape', pointer);
      }
    }
    this.at += 1;
    return found;
  }
}

// ---- expressionJson, decoded

const NAME = /^(?!(?:true|false)$)[A-Za-z_][A-Za-z0-9_]*$/;
const KEYS = {
  literal: ['value', 'type'],
  name: ['value', 'type'],
  object_dereference: ['type', 'operands'],
  method_call: ['type', 'operands'],
  function_call: ['type', 'operands'],
  unary_operation: ['value', 'type', 'operands'],
  binary_operation: ['value', 'type', 'operands'],
  ternary_operation: ['value', 'type', 'operands'],
  group: ['type', 'operands'],
};
const COUNTS = {
  object_dereference: [2, 2],
  method_call: [2, Infinity],
  function_call: [1, Infinity],
  unary_operation: [1, 1],
  binary_operation: [2, 2],
  ternary_operation: [3, 3],
  group: [1, Infinity],
};
const OPERATORS = {
  unary_operation: ['!', '-', '+'],
  binary_operation: ['==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '&&', '||'],
  ternary_operation: ['?'],
};

function text(from, key, pointer) {
  if (!from.has(key)) throw new Wrong(`${key} is missing`, pointer);
  if (typeof from.get(key) !== 'string') throw new Wrong(`${key} must be a string`, `${pointer}/${key}`);
  return from.get(key);
}

function decode(from, pointer) {
  if (!(from instanceof Map)) throw new Wrong('expected an object', pointer);
  const arity = text(from, 'arity', pointer);
  if (arity === 'missing') throw new Wrong('the platform could not understand this text', pointer);
  if (!Object.hasOwn(KEYS, arity)) throw new Wrong('unknown arity', `${pointer}/arity`);
  for (const key of from.keys()) {
    const known = key === 'arity' || KEYS[arity].includes(key);
    if (!known) throw new Wrong('unknown key', `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
  if (from.has('type')) text(from, 'type', pointer);
  if (arity === 'literal') return literal(from, pointer);
  if (arity === 'name') return node('name', nameOf(from, pointer));
  const label = arity in OPERATORS ? text(from, 'value', pointer) : undefined;
  if (label !== undefined && !OPERATORS[arity].includes(label)) throw new Wrong('unknown operator', `${pointer}/value`);
  if (!from.has('operands')) throw new Wrong('operands are missing', pointer);
  const operands = from.get('operands');
  const [least, most] = COUNTS[arity];
  if (!Array.isArray(operands) || operands.length < least || operands.length > most) {
    throw new Wrong('wrong number of operands', `${pointer}/operands`);
  }
  if (arity === 'group' && operands.length > 1) throw new Wrong('the platform could not understand this text', pointer);
  return operation(arity, label, operands, `${pointer}/operands`);
}

function operation(arity, label, operands, pointer) {
  const tree = (place) => decode(operands[place], `${pointer}/${place}`);
  const trees = (from) => operands.slice(from).map((_, place) => tree(place + from));
  switch (arity) {
    case 'object_dereference':
      return node('dereference', memberOf(operands[1], `${pointer}/1`), [tree(0)]);
    case 'method_call': {
      const receiver = tree(0);
      return node('method', memberOf(operands[1], `${pointer}/1`), [receiver, ...trees(2)]);
    }
    case 'function_call':
      return node('function', memberOf(operands[0], `${pointer}/0`), trees(1));
    case 'unary_operation':
      return node('unary', label, trees(0));
    case 'binary_operation':
      return label === '&&' || label === '||' ? logical(label, trees(0)) : node('binary', label, trees(0));
    case 'ternary_operation':
      return node('conditional', '?', trees(0));
    default:
      return tree(0);
  }
}

function nameOf(from, pointer) {
  const found = text(from, 'value', pointer);
  if (!NAME.test(found)) throw new Wrong('not a name', `${pointer}/value`);
  return found;
}

function memberOf(from, pointer) {
  const tree = decode(from, pointer);
  if (tree.kind !== 'name') throw new Wrong('expected a name', pointer);
  return tree.label;
}

function literal(from, pointer) {
  const found = text(from, 'value', pointer);
  const kinds = text(from, 'type', pointer).split(':');
  const at = `${pointer}/value`;
  if (kinds.includes('boolean')) {
    if (found !== 'true' && found !== 'false') throw new Wrong('not a boolean', at);
    return node('boolean', found);
  }
  if (kinds.includes('string')) {
    if (/^(?:[^"\\\n\r]|\\[^\n\r])*$/.exec(found) === null) throw new Wrong('not the inside of a string', at);
    try {
      checkString(found);
    } catch (error) {
      throw new Wrong(error.message, at);
    }
    return node('string', found);
  }
  if (!['number', 'real', 'integer'].some((kind) => kinds.includes(kind))) {
    throw new Wrong('not a type of literals', `${pointer}/type`);
  }
  const parts = /^([0-9]+)(?:\.([0-9]*))?(?:e([-+]?[0-9]+))?$/.exec(found);
  if (!parts || Math.abs(Number(parts[3] ?? 0)) > 1000) throw new Wrong('not a number', at);
  return node('number', shifted(parts[1], parts[2] ?? '', Number(parts[3] ?? 0)));
}

// 1.5 and an exponent of -7 as 0.00000015.
function shifted(whole, fraction, exponent) {
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return plainNumber(`0.${'0'.repeat(-point)}${digits}`);
  return plainNumber(`${digits.slice(0, point).padEnd(point, '0')}.${digits.slice(point)}`);
}

// ---- the protocol

function answer(request) {
  const limits = { ...LIMITS, ...request.limits };
  switch (request.op) {
    case 'parse':
      return { tree: sexpr(parse(request.text, limits)) };
    case 'encode':
      if (request.types) return { unsupported: 'types' };
      return { json: encode(parse(request.text, limits), request.layout) };
    case 'decode':
      if (request.json.length > limits.json) throw new Wrong('too long', '');
      return { tree: sexpr(checkLimits(decode(new Reader(request.json).document(), ''), limits)) };
    default:
      return { unsupported: request.op };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const request = JSON.parse(line);
  let found;
  try {
    found = answer(request);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    found = { error: { message: error.message, pointer: error.pointer } };
  }
  process.stdout.write(`${JSON.stringify({ id: request.id, ...found })}\n`);
}
