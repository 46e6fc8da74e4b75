;; The yardstick: C (32, 64) = A (32, 64) · B (64, 64) in f32, 128-bit SIMD, multiply and add. Frozen: never tuned
;; again, so that figures of different days and machines can be set against it.
;;
;; The tile is 4 rows × 8 columns: 8 accumulators + 2 registers of B + 4 of A + 1 product fit the 15 vector registers
;; that V8 leaves on x64. The loop over k stays rolled: unrolled by hand, V8 spills.
;;
;; A and C are row-major. B is packed into 8 panels of 8 columns: panel p holds rows k = 0 … 63 of columns 8p … 8p+7.
;; Assembled by bench/reference/assemble.mjs.
(module
  (memory (export "memory") 1)

  (func (export "gemm") (param $a i32) (param $b i32) (param $c i32)
    (local $panel i32) (local $panels_end i32) ;; addresses in B, one panel = 64·8·4 = 2048 bytes
    (local $row i32) (local $rows_end i32)     ;; addresses in A, 4 rows = 4·64·4 = 1024 bytes
    (local $pa i32) (local $pb i32) (local $pc i32) (local $k_end i32)
    (local $b0 v128) (local $b1 v128) (local $s v128)
    (local $c00 v128) (local $c01 v128) (local $c10 v128) (local $c11 v128)
    (local $c20 v128) (local $c21 v128) (local $c30 v128) (local $c31 v128)
    (local.set $panel (local.get $b))
    (local.set $panels_end (i32.add (local.get $b) (i32.const 16384)))
    (local.set $rows_end (i32.add (local.get $a) (i32.const 8192)))
    (loop $panels
      (local.set $row (local.get $a))
      (local.set $pc (local.get $c))
      (local.set $k_end (i32.add (local.get $panel) (i32.const 2048)))
      (loop $rows
        (local.set $c00 (v128.const f32x4 0 0 0 0)) (local.set $c01 (v128.const f32x4 0 0 0 0))
        (local.set $c10 (v128.const f32x4 0 0 0 0)) (local.set $c11 (v128.const f32x4 0 0 0 0))
        (local.set $c20 (v128.const f32x4 0 0 0 0)) (local.set $c21 (v128.const f32x4 0 0 0 0))
        (local.set $c30 (v128.const f32x4 0 0 0 0)) (local.set $c31 (v128.const f32x4 0 0 0 0))
        (local.set $pa (local.get $row))
        (local.set $pb (local.get $panel))
        (loop $k
          (local.set $b0 (v128.load (local.get $pb)))
          (local.set $b1 (v128.load offset=16 (local.get $pb)))
          (local.set $s (v128.load32_splat (local.get $pa)))
          (local.set $c00 (f32x4.add (local.get $c00) (f32x4.mul (local.get $s) (local.get $b0))))
          (local.set $c01 (f32x4.add (local.get $c01) (f32x4.mul (local.get $s) (local.get $b1))))
          (local.set $s (v128.load32_splat offset=256 (local.get $pa)))
          (local.set $c10 (f32x4.add (local.get $c10) (f32x4.mul (local.get $s) (local.get $b0))))
          (local.set $c11 (f32x4.add (local.get $c11) (f32x4.mul (local.get $s) (local.get $b1))))
          (local.set $s (v128.load32_splat offset=512 (local.get $pa)))
          (local.set $c20 (f32x4.add (local.get $c20) (f32x4.mul (local.get $s) (local.get $b0))))
          (local.set $c21 (f32x4.add (local.get $c21) (f32x4.mul (local.get $s) (local.get $b1))))
          (local.set $s (v128.load32_splat offset=768 (local.get $pa)))
          (local.set $c30 (f32x4.add (local.get $c30) (f32x4.mul (local.get $s) (local.get $b0))))
          (local.set $c31 (f32x4.add (local.get $c31) (f32x4.mul (local.get $s) (local.get $b1))))
          (local.set $pa (i32.add (local.get $pa) (i32.const 4)))
          (local.set $pb (i32.add (local.get $pb) (i32.const 32)))
          (br_if $k (i32.ne (local.get $pb) (local.get $k_end))))
        (v128.store (local.get $pc) (local.get $c00))
        (v128.store offset=16 (local.get $pc) (local.get $c01))
        (v128.store offset=256 (local.get $pc) (local.get $c10))
        (v128.store offset=272 (local.get $pc) (local.get $c11))
        (v128.store offset=512 (local.get $pc) (local.get $c20))
        (v128.store offset=528 (local.get $pc) (local.get $c21))
        (v128.store offset=768 (local.get $pc) (local.get $c30))
        (v128.store offset=784 (local.get $pc) (local.get $c31))
        (local.set $pc (i32.add (local.get $pc) (i32.const 1024)))
        (local.set $row (i32.add (local.get $row) (i32.const 1024)))
        (br_if $rows (i32.ne (local.get $row) (local.get $rows_end))))
      (local.set $c (i32.add (local.get $c) (i32.const 32)))
      (local.set $panel (local.get $k_end))
      (br_if $panels (i32.ne (local.get $panel) (local.get $panels_end))))))
