package io.shardsum.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Ue8m0RequantizerTest {

  @Test
  void roundsToFourBitsUnderAScaleThatIsAPowerOfTwo() {
    // The maximum is 448: the scale is 1, and the steps are those of e4m3 itself.
    assertThat(requantized(448, 17, 18, 19, 0.2890625f, 0x1p-9f, 0x1p-10f, -0x1.8p-9f, 0))
        .containsExactly(448, 16, 18, 20, 0.28125f, 0x1p-9f, 0, -0x1p-8f, 0);
  }

  @Test
  void takesTheNextPowerOfTwoForAScale() {
    // 450 / 448 is above 1: the scale is 2.
    assertThat(requantized(450, 0x1p-9f, 0x1.8p-8f)).containsExactly(448, 0, 0x1p-7f);
    // 1.75 / 448 is 2^-8 exactly.
    assertThat(requantized(1.75f, 0x1p-17f)).containsExactly(1.75f, 0x1p-17f);
  }

  @Test
  void hasALeastMaximum() {
    // 1e-4 / 448 is rounded up to 2^-22, whatever is in the tile.
    assertThat(requantized(0x1p-30f, 0x1p-31f, -0x1p-33f)).containsExactly(0x1p-30f, 0x1p-31f, -0f);
  }

  @Test
  void eachTileHasAScaleOfItsOwn() {
    short[] band = new short[2 * 200];
    Arrays.fill(band, FloatCast.toBrain(1.0078125f));
    band[0] = FloatCast.toBrain(448);
    assertThat(Ue8m0Requantizer.requantize(band, 2, 200)).isTrue();
    assertThat(FloatCast.ofBrain(band[127])).isEqualTo(1);
    assertThat(FloatCast.ofBrain(band[199])).isEqualTo(1);
    band[328] = FloatCast.toBrain(448 * 64);
    band[329] = FloatCast.toBrain(0x1p-5f);
    band[130] = FloatCast.toBrain(0x1p-5f);
    band[129] = FloatCast.toBrain(0x1p-4f);
    assertThat(Ue8m0Requantizer.requantize(band, 2, 200)).isTrue();
    assertThat(FloatCast.ofBrain(band[329])).isZero();
    assertThat(FloatCast.ofBrain(band[130])).isZero();
    assertThat(FloatCast.ofBrain(band[129])).isZero();
  }

  @Test
  void tellsOfInfinity() {
    short[] band = {FloatCast.toBrain(Float.POSITIVE_INFINITY)};
    assertThat(Ue8m0Requantizer.requantize(band, 1, 1)).isFalse();
  }

  private static float[] requantized(float... values) {
    short[] band = new short[values.length];
    for (int index = 0; index < values.length; index++) {
      band[index] = FloatCast.toBrain(values[index]);
    }
    assertThat(Ue8m0Requantizer.requantize(band, 1, values.length)).isTrue();
    float[] result = new float[values.length];
    for (int index = 0; index < values.length; index++) {
      result[index] = FloatCast.ofBrain(band[index]);
    }
    return result;
  }
}
