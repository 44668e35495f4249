package io.shardsum.scan.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class BackgroundWorkTest {

  @Test
  void aScanThatFailsEndsAfterTheWritesThatItHasBegun() {
    AtomicBoolean written = new AtomicBoolean();
    CountDownLatch failing = new CountDownLatch(1);

    assertThatThrownBy(
            () -> {
              try (BackgroundWork work = new BackgroundWork()) {
                work.start(
                    () -> {
                      awaitUninterrupted(failing);
                      written.set(true);
                    });
                failing.countDown();
                throw new UncheckedIOException(new IOException("the next stage fails"));
              }
            })
        .hasMessageContaining("the next stage fails");

    assertThat(written).as("the write that had begun is done").isTrue();
  }

  @Test
  void whatAComputationThrowsIsThrownWhereItsResultIsWanted() {
    try (BackgroundWork work = new BackgroundWork()) {
      assertThatThrownBy(
              work.compute(
                      () -> {
                        throw new IllegalArgumentException("no such view");
                      })
                  ::get)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no such view");
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("Interrupted before the write was done", e);
    }
  }
}
