/** The cross-entropy of softmax with the right class, and its gradient: -log(exp(z_label) / sum over c of exp(z_c)). */

/**
 * logits: quads [quad][classes][4]; labels: `count` bytes, one an image.
 * gradient (0: not wanted): quads like logits, gets (softmax - onehot)·scale; lanes without an image get 0.
 * losses: `count` f64; predicted: `count` bytes (the first maximum).
 */
export function softmaxCrossEntropy(
  logits: usize,
  labels: usize,
  count: i32,
  classes: i32,
  scale: f32,
  gradient: usize,
  losses: usize,
  predicted: usize,
): void {
  const quad = (<usize>classes) << 4;
  if (gradient) memory.fill(gradient, 0, quad * <usize>((count + 3) >> 2));
  for (let n = 0; n < count; n++) {
    const at = <usize>(n >> 2) * quad + ((<usize>(n & 3)) << 2);
    const z = logits + at;
    const label = <i32>load<u8>(labels + <usize>n);
    let top = load<f32>(z);
    let best = 0;
    for (let c = 1; c < classes; c++) {
      const v = load<f32>(z + ((<usize>c) << 4));
      if (v > top) {
        top = v;
        best = c;
      }
    }
    let sum: f32 = 0;
    for (let c = 0; c < classes; c++) sum += Mathf.exp(load<f32>(z + ((<usize>c) << 4)) - top);
    const right = load<f32>(z + ((<usize>label) << 4));
    store<f64>(losses + ((<usize>n) << 3), Math.log(<f64>sum) - <f64>(right - top));
    store<u8>(predicted + <usize>n, <u8>best);
    if (gradient) {
      const g = gradient + at;
      for (let c = 0; c < classes; c++) {
        const p: f32 = Mathf.exp(load<f32>(z + ((<usize>c) << 4)) - top) / sum;
        store<f32>(g + ((<usize>c) << 4), (p - <f32>(c == label ? 1 : 0)) * scale);
      }
    }
  }
}
