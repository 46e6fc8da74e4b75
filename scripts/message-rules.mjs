// ESLint rules that keep errors structured: a failed check is thrown with fields, and no code reads the
// sentence that is derived from them. They are selectors of `no-restricted-syntax`; see ts/base/errors.ts.

const READERS =
  "/^(at|charAt|charCodeAt|codePointAt|endsWith|includes|indexOf|lastIndexOf|match|matchAll|normalize|replace|replaceAll|search|slice|split|startsWith|substr|substring|toLowerCase|toUpperCase|trim|trimEnd|trimStart)$/";
/** Matches `error.message`, and a variable of that name. */
const MESSAGE = ':matches(MemberExpression[property.name="message"], Identifier[name="message"])';

const NO_READING =
  "Decide by the fields of the error (path, expected, received, code), and change it by withFields(): its message is for people.";

/** Forbids a TypeError or RangeError without fields. */
export const NO_BARE_ERRORS = [
  {
    selector: ":matches(NewExpression, CallExpression)[callee.name=/^(TypeError|RangeError)$/]",
    message: "Use typeError() or rangeError() of base/errors.ts, so that the error carries its data.",
  },
];

/** Forbids code that decides on a message or edits it. Quoting a message is permitted. */
export const NO_READ_MESSAGES = [
  `CallExpression[callee.property.name=${READERS}] > MemberExpression.callee > ${MESSAGE}.object`,
  `CallExpression[callee.property.name=/^(test|exec|match|replace)$/] > ${MESSAGE}.arguments`,
  `BinaryExpression[operator=/^[!=]==?$/]:has(> :matches(Literal[value=/./], TemplateLiteral)) > ${MESSAGE}`,
  `SwitchStatement > ${MESSAGE}.discriminant`,
].map((selector) => ({ selector, message: NO_READING }));
