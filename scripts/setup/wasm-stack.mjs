// Adds the function `expect_stack` to a module.
//
// WebAssembly runs on JavaScript's stack. A call near its end fails wherever it has got to: with weights that are half updated, or with
// lists of free memory that are out of order, which breaks all networks of the module. The facade therefore calls `expect_stack` before
// each call that changes something (ts/wasm/core.ts). If there is no room, the failure comes there, where nothing has changed yet.
//
// The function also restores the module's own stack pointer, in case a call was cut short nevertheless. The module never calls
// JavaScript, so that its stack is empty whenever JavaScript calls it.
//
// It is written here because Rust has neither access to the stack pointer nor a way to ask for a large frame.

import binaryen from "binaryen";

/** Calls inside one another. They take at least 8 KiB, and the deepest call of the module about half (test/rnn/interrupted.test.ts). */
const LEVELS = 8;
/** Vectors whose room each of them takes: 1 KiB. */
const VECTORS = 64;

/** @param {Uint8Array} bytes a module with names @returns {Uint8Array} */
export function addStackCheck(bytes) {
  const module = binaryen.readBinary(bytes);
  const { i32, v128 } = module;
  const pointer = "__stack_pointer";
  const initial = binaryen.getExpressionInfo(binaryen.getGlobalInfo(module.getGlobal(pointer)).init);
  const start = Number(Reflect.get(initial, "value")); // the declarations leave it out
  const level = () => i32.sub(module.local.get(0, binaryen.i32), i32.const(1));
  const descend = () => module.call("descend", [level()], binaryen.none);

  // The frame has room for the values of a branch that is never taken, because engines reserve the room of a whole function when it is
  // entered. To reserve costs no time, as writing to the stack would.
  let values = module.block(null, [descend(), v128.const(Array(16).fill(0))], binaryen.v128);
  for (let k = VECTORS - 1; k >= 0; k--) values = v128.xor(v128.load(k, 1, i32.const(0)), values);
  const never = i32.gt_u(module.local.get(0, binaryen.i32), i32.const(LEVELS));
  const isLeft = module.local.get(0, binaryen.i32);
  module.addFunction(
    "descend",
    binaryen.createType([binaryen.i32]),
    binaryen.none,
    [],
    module.if(never, v128.store(0, 0, i32.const(0), values), module.if(isLeft, descend())),
  );
  module.addFunction(
    "expect_stack",
    binaryen.none,
    binaryen.none,
    [],
    module.block(null, [
      module.global.set(pointer, i32.const(start)),
      module.call("descend", [i32.const(LEVELS)], binaryen.none),
    ]),
  );
  module.addFunctionExport("expect_stack", "expect_stack");
  binaryen.setDebugInfo(true); // the names stay, for trapPanics
  const changed = module.emitBinary();
  module.dispose();
  return changed;
}
