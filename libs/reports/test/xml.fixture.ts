/** An element as a strict reader sees it. */
export type XmlElement = { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string };

const NAME = '[A-Za-z][\\w-]*';
const TEXT_ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** Characters that XML 1.0 allows. */
const ALLOWED = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

/** Reads a document of elements, attributes and text, and throws at everything XML 1.0 does not allow there. */
export function readXml(text: string): XmlElement {
  if (!ALLOWED.test(text)) throw new Error('a character that XML does not allow');
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!text.startsWith(declaration)) throw new Error('no declaration');
  const document: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [document];
  const token = new RegExp(`<(/)?(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/)?>|([^<]+)`, 'gy');
  token.lastIndex = declaration.length;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Error(`not XML at ${at}: ${text.slice(at, at + 40)}`);
    const [, closing, name = '', attributes = '', empty, inner] = match;
    const here = open.at(-1) ?? document;
    if (inner !== undefined) here.text += decoded(inner);
    else if (closing !== undefined) {
      if (open.pop()?.name !== name || attributes !== '' || empty !== undefined)
        throw new Error(`</${name}> ends nothing`);
    } else {
      const element: XmlElement = { name, attributes: attributesOf(attributes), children: [], text: '' };
      here.children.push(element);
      if (empty === undefined) open.push(element);
    }
  }
  const [root, ...others] = document.children;
  if (root === undefined || others.length > 0 || open.length !== 1 || document.text.trim() !== '') {
    throw new Error('not one whole element');
  }
  return root;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(new RegExp(`(${NAME})="([^"<]*)"`, 'g'))) {
    if (Object.hasOwn(attributes, name)) throw new Error(`${name} stands there twice`);
    attributes[name] = decoded(value);
  }
  return attributes;
}

function decoded(text: string): string {
  return text.replace(/&([^;]*);|&/g, (whole, name: string | undefined) => {
    const char = name === undefined ? undefined : TEXT_ENTITIES[name];
    if (char === undefined) throw new Error(`${whole} is no entity`);
    return char;
  });
}
