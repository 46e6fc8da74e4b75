//! Rows of a time step in vectors of four floats: rows of blocks of Hp floats (gates), and rows of Hp floats (states).

/// Four floats, as `F32x4` loads and stores them.
pub type Four = [f32; 4];

/// Panics if the slices differ in their number of rows: `gates` floats in rows of `blocks`·Hp, and rows of Hp
/// floats.
#[inline(always)]
pub fn check<const N: usize>(hp: usize, blocks: usize, gates: usize, rows: [usize; N]) {
    assert!(hp > 0 && hp.is_multiple_of(4) && gates.is_multiple_of(blocks * hp), "rows");
    assert!(rows.iter().all(|&len| len * blocks == gates), "rows");
}

#[inline(always)]
fn fours(row: &[f32], count: usize) -> &[Four] {
    &row.as_chunks::<4>().0[..count]
}

#[inline(always)]
fn fours_mut(row: &mut [f32], count: usize) -> &mut [Four] {
    &mut row.as_chunks_mut::<4>().0[..count]
}

/// Returns the blocks of a row of gates.
#[inline(always)]
pub fn blocks<const N: usize>(row: &[f32], hp: usize) -> [&[Four]; N] {
    core::array::from_fn(|block| fours(&row[block * hp..], hp / 4))
}

/// Returns the blocks of a row of three gates, mutable.
#[inline(always)]
pub fn blocks3_mut(row: &mut [f32], hp: usize) -> [&mut [Four]; 3] {
    let (a, rest) = row.split_at_mut(hp);
    let (b, c) = rest.split_at_mut(hp);
    [fours_mut(a, hp / 4), fours_mut(b, hp / 4), fours_mut(c, hp / 4)]
}

/// Returns the blocks of a row of four gates, mutable.
#[inline(always)]
pub fn blocks4_mut(row: &mut [f32], hp: usize) -> [&mut [Four]; 4] {
    let (abc, d) = row.split_at_mut(3 * hp);
    let [a, b, c] = blocks3_mut(abc, hp);
    [a, b, c, fours_mut(d, hp / 4)]
}

/// Returns row `at` of a matrix of rows of Hp floats.
#[inline(always)]
pub fn row(x: &[f32], at: usize, hp: usize) -> &[Four] {
    fours(&x[at * hp..], hp / 4)
}

/// Returns row `at` of a matrix of rows of Hp floats, mutable.
#[inline(always)]
pub fn row_mut(x: &mut [f32], at: usize, hp: usize) -> &mut [Four] {
    fours_mut(&mut x[at * hp..], hp / 4)
}
