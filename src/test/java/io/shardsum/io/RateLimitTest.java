package io.shardsum.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The clock stands still but for what is slept, and for what a test says that it takes. */
class RateLimitTest {
  private static final long SECOND = 1_000_000_000;
  private static final ByteRate RATE = ByteRate.parse("100MB/s");
  private static final int MB = 1_000_000;

  private long now = 7 * SECOND;
  private final RateLimit limit = new RateLimit(() -> now, nanos -> now += nanos);

  private long nanosOf(int reads, int bytes, ByteRate rate) throws IOException {
    long begin = now;
    for (int read = 0; read < reads; read++) {
      limit.await(bytes, rate);
    }
    return now - begin;
  }

  @Test
  void readsAsManyBytesASecondAsTheRateSays() throws IOException {
    assertThat(nanosOf(1000, MB, RATE)).isEqualTo(10 * SECOND - RateLimit.BURST_NANOS);
    assertThat(nanosOf(1000, MB, RATE)).isEqualTo(10 * SECOND);
  }

  @Test
  void doesNotRoundWhatIsTooShortToSleep() throws IOException {
    nanosOf(100, MB, RATE);

    assertThat(nanosOf(100_000, 10_000, RATE)).isCloseTo(10 * SECOND, within(1_000_000));
  }

  @Test
  void countsTheTimeThatReadingTakes() throws IOException {
    nanosOf(100, MB, RATE);
    long begin = now;
    for (int read = 0; read < 100; read++) {
      limit.await(MB, RATE);
      now += 9_000_000;
    }
    assertThat(now - begin).isCloseTo(SECOND, within(9_000_000));
  }

  @Test
  void makesUpForNoMoreThanTheBurst() throws IOException {
    nanosOf(100, MB, RATE);
    now += 3600 * SECOND;

    assertThat(nanosOf(100, MB, RATE)).isEqualTo(SECOND - RateLimit.BURST_NANOS);
  }

  @Test
  void givesTwoRatesTurnsOfOneTime() throws IOException {
    nanosOf(100, MB, RATE);
    long begin = now;
    for (int turn = 0; turn < 100; turn++) {
      limit.await(MB, RATE);
      limit.await(MB, ByteRate.parse("50MB/s"));
    }
    assertThat(now - begin).isEqualTo(3 * SECOND);
  }

  @Test
  void letsPassAtOnceWhatHasNoLimit() throws IOException {
    nanosOf(100, MB, RATE);

    assertThat(nanosOf(1000, MB, ByteRate.UNLIMITED)).isZero();
    assertThat(nanosOf(1, MB, RATE)).isEqualTo(SECOND / 100);
  }

  @Test
  void takesAReadLongerThanTheBurst() throws IOException {
    nanosOf(100, MB, RATE);

    assertThat(nanosOf(1, Integer.MAX_VALUE, ByteRate.parse("1MB/s")) / SECOND).isEqualTo(2147);
  }

  @Test
  void endsWhereTheThreadIsInterrupted() {
    RateLimit interrupted =
        new RateLimit(
            System::nanoTime,
            nanos -> {
              throw new InterruptedException();
            });

    InterruptedIOException end =
        catchThrowableOfType(
            InterruptedIOException.class, () -> interrupted.await(Integer.MAX_VALUE, RATE));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Retries.isInterrupt(end)).isTrue();
  }

  private static Offset<Long> within(long nanos) {
    return Offset.offset(nanos);
  }
}
