package io.shardsum.expect.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.expect.recipe.Joined.Way;
import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two matrices of bytes: 10 11 / 12 13 and 20 21 / 22 23. */
class JoinedTest {
  private static final SourceTensor TENS = matrix("tens", 2, 2);
  private static final SourceTensor TWENTIES = matrix("twenties", 2, 2);

  private static SourceTensor matrix(String name, long rows, long columns) {
    return new SourceTensor(name, DType.U8, List.of(rows, columns), 0, "m.safetensors", 0);
  }

  private static void counted(SourceTensor tensor, long offsetBytes, ByteBuffer target) {
    int first = tensor.name().equals("tens") ? 10 : 20;
    for (long index = offsetBytes; target.hasRemaining(); index++) {
      target.put((byte) (first + index));
    }
  }

  private static Joined both(Way way) {
    return new Joined(way, List.of(Slice.whole(TENS), Slice.whole(TWENTIES)));
  }

  @ParameterizedTest
  @CsvSource({
    "BELOW,'[4, 2]','[10, 11, 12, 13, 20, 21, 22, 23]'",
    "STACKED,'[2, 2, 2]','[10, 11, 12, 13, 20, 21, 22, 23]'",
    "BY_TURNS,'[4, 2]','[10, 11, 20, 21, 12, 13, 22, 23]'",
    "BESIDE,'[2, 4]','[10, 11, 20, 21, 12, 13, 22, 23]'",
  })
  void putsPartsTogether(Way way, String shape, String elements) throws IOException {
    Joined joined = both(way);
    assertThat(joined.shape()).hasToString(shape);

    RecipeReader reader = joined.open(JoinedTest::counted);
    List<Byte> read = new ArrayList<>();
    for (int begin = 0; begin < 8; begin += 3) {
      ByteBuffer some = ByteBuffer.allocate(Math.min(3, 8 - begin));
      reader.read(begin, some);
      for (byte element : some.array()) {
        read.add(element);
      }
    }
    assertThat(read).hasToString(elements);
  }

  @Test
  void tellsRowsOfTheParts() {
    SourceRows first = new SourceRows(TENS, new Span(0, 1));
    SourceRows last = new SourceRows(TWENTIES, new Span(1, 1));

    assertThat(both(Way.BY_TURNS).sources(0, 2)).containsExactly(first);
    assertThat(both(Way.BY_TURNS).sources(7, 8)).containsExactly(last);
    assertThat(both(Way.BESIDE).sources(1, 3))
        .containsExactly(first, new SourceRows(TWENTIES, new Span(0, 1)));
    assertThat(both(Way.STACKED).sources(6, 8)).containsExactly(last);
    assertThat(both(Way.BELOW).sources(3, 3)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"BELOW,1,3", "STACKED,1,2", "BY_TURNS,1,2", "BESIDE,3,2"})
  void needsPartsThatFit(Way way, long rows, long columns) {
    Recipe other = Slice.whole(matrix("other", rows, columns));

    assertThatThrownBy(() -> new Joined(way, List.of(Slice.whole(TENS), other)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Parts do not fit together: ");
  }
}
