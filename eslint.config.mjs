// Lint rules. Prettier formats the code, and scripts/check-layers.mjs checks which folder may import which.

import js from "@eslint/js";
import tseslint from "typescript-eslint";
import { NO_BARE_ERRORS, NO_READ_MESSAGES } from "./scripts/message-rules.mjs";

/** Forbids false types: casts to `never`, and casts by way of `unknown`. */
const NO_FALSE_TYPES = [
  {
    selector: "TSAsExpression > TSNeverKeyword.typeAnnotation",
    message: "Give the value a true type instead of `as never`.",
  },
  {
    selector: "TSAsExpression > TSAsExpression.expression > TSUnknownKeyword.typeAnnotation",
    message: "Give the value a true type instead of `as unknown as`.",
  },
];

export default tseslint.config(
  {
    ignores: [
      "node_modules/",
      "target/",
      "**/dist/",
      "crate/",
      "docs/",
      "coverage/",
      "ts/wasm/*.generated.ts",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strict],
    languageOptions: { parserOptions: { project: ["./tsconfig.json", "./tsconfig.node.json"] } },
    rules: {
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-unnecessary-type-assertion": "error",
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // permits options interfaces, which only extend the type of their declaration: interface AdamOptions
      // extends OptionsOf<typeof ADAM> {}
      "@typescript-eslint/no-empty-object-type": ["error", { allowInterfaces: "with-single-extends" }],
      eqeqeq: "error",
    },
  },
  {
    // the errors of failed checks carry data, and nothing reads their sentences; long lists of arguments get nouns
    files: ["ts/**/*.ts"],
    rules: {
      "no-restricted-syntax": ["error", ...NO_FALSE_TYPES, ...NO_BARE_ERRORS, ...NO_READ_MESSAGES],
      "max-params": ["error", 5],
    },
  },
  {
    // the only file that creates such errors
    files: ["ts/base/errors.ts"],
    rules: { "no-restricted-syntax": ["error", ...NO_FALSE_TYPES, ...NO_READ_MESSAGES] },
  },
  {
    // tests pass values that the types forbid, and index arrays of known length
    files: ["test/**/*.ts", "examples/**/*.ts", "examples/**/*.tsx"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unnecessary-type-assertion": "off",
    },
  },
  {
    // plain JavaScript for Node; tsc checks it, undefined names included
    files: ["**/*.mjs", "**/*.cjs"],
    rules: { "no-undef": "off", eqeqeq: "error" },
  },
);
