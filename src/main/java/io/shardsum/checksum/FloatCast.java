package io.shardsum.checksum;

import io.shardsum.safetensors.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Casts between {@code F32}, {@code F16} and {@code BF16} as engines load weights: round to the
 * nearest, ties to even; too large becomes infinite, small becomes subnormal, zeros keep their
 * sign.
 *
 * <p>Elements are little-endian.
 */
public final class FloatCast {

  private interface ToFloat {
    float next(ByteBuffer source);
  }

  private interface FromFloat {
    void put(float value, ByteBuffer target);
  }

  private final ToFloat widen;
  private final FromFloat round;

  private FloatCast(ToFloat widen, FromFloat round) {
    this.widen = widen;
    this.round = round;
  }

  /** Whether there is a cast from one kind to the other. */
  public static boolean exists(DType from, DType to) {
    return widening(from).isPresent() && rounding(to).isPresent();
  }

  /**
   * The cast from one kind to the other.
   *
   * @throws IllegalArgumentException if {@link #exists} says that there is none
   */
  public static FloatCast of(DType from, DType to) {
    if (!exists(from, to)) {
      throw new IllegalArgumentException("No cast from " + from + " to " + to);
    }
    return new FloatCast(widening(from).get(), rounding(to).get());
  }

  /**
   * Casts all elements of {@code source} and puts them into {@code target}, whose byte order is
   * left little-endian.
   *
   * @return false if one of them is NaN, whose bits differ between processors; what was put then
   *     does not count
   */
  public boolean cast(ByteBuffer source, ByteBuffer target) {
    source.order(ByteOrder.LITTLE_ENDIAN);
    target.order(ByteOrder.LITTLE_ENDIAN);
    boolean isNumber = true;
    while (source.hasRemaining()) {
      float value = widen.next(source);
      isNumber &= !Float.isNaN(value);
      round.put(value, target);
    }
    return isNumber;
  }

  private static Optional<ToFloat> widening(DType dtype) {
    return switch (dtype) {
      case F32 -> Optional.of(ByteBuffer::getFloat);
      case F16 -> Optional.of(source -> ofHalf(source.getShort()));
      case BF16 -> Optional.of(source -> ofBrain(source.getShort()));
      default -> Optional.empty();
    };
  }

  private static Optional<FromFloat> rounding(DType dtype) {
    return switch (dtype) {
      case F32 -> Optional.of((value, target) -> target.putFloat(value));
      case F16 -> Optional.of((value, target) -> target.putShort(toHalf(value)));
      case BF16 -> Optional.of((value, target) -> target.putShort(toBrain(value)));
      default -> Optional.empty();
    };
  }

  static float ofBrain(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Adds half of what is cut off, and a bit less where the result is even. */
  static short toBrain(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }

  static float ofHalf(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 0x1F;
    int mantissa = half & 0x3FF;
    if (exponent == 0x1F) {
      return Float.intBitsToFloat(sign | 0x7F80_0000 | (mantissa << 13));
    }
    if (exponent == 0) {
      float magnitude = mantissa * 0x1p-24f;
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude));
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (mantissa << 13));
  }

  static short toHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7FFF_FFFF;
    if (magnitude >= 0x4780_0000) { // 2^16 and above, infinity, NaN
      return (short) (sign | (magnitude > 0x7F80_0000 ? 0x7E00 : 0x7C00));
    }
    if (magnitude < 0x3880_0000) { // below 2^-14: in steps of 2^-24, which the sum rounds to
      float sum = Float.intBitsToFloat(magnitude) + 0.5f;
      return (short) (sign | (Float.floatToRawIntBits(sum) - 0x3F00_0000));
    }
    int rounded = magnitude + 0xFFF + ((magnitude >>> 13) & 1);
    return (short) (sign | ((rounded - 0x3800_0000) >>> 13));
  }
}
