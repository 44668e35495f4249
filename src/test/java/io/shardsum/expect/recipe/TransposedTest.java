package io.shardsum.expect.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransposedTest {

  /** Each element of the matrix is its own index. */
  private static void counted(SourceTensor tensor, long offsetBytes, ByteBuffer target) {
    ByteBuffer ordered = target.order(ByteOrder.LITTLE_ENDIAN);
    for (long index = offsetBytes / Integer.BYTES; ordered.hasRemaining(); index++) {
      ordered.putInt((int) index);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,5", "1,70000", "70000,2", "128,1500", "300,700"})
  void turnsRowsIntoColumns(int rows, int columns) throws IOException {
    Transposed recipe = new Transposed(Slice.whole(matrix(rows, columns)));
    assertThat(recipe.shape()).isEqualTo(List.of((long) columns, (long) rows));
    RecipeReader reader = recipe.open(TransposedTest::counted);
    int elements = rows * columns;
    int step = 7919;
    for (int begin = 0; begin < elements; begin += step) {
      int count = Math.min(step, elements - begin);
      ByteBuffer bytes = ByteBuffer.allocate(count * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      reader.read((long) begin * Integer.BYTES, bytes);
      bytes.flip();
      for (int index = begin; index < begin + count; index++) {
        int expected = index % rows * columns + index / rows;
        if (bytes.getInt() != expected) {
          throw new AssertionError("element " + index + ": expected " + expected);
        }
      }
    }
  }

  @Test
  void tellsRows() {
    SourceTensor matrix = matrix(6, 4);
    Transposed recipe = new Transposed(Slice.whole(matrix));

    assertThat(recipe.sources(0, 0)).isEmpty();
    assertThat(recipe.sources(8, 11)).containsExactly(new SourceRows(matrix, new Span(2, 3)));
    assertThat(recipe.sources(5, 7)).containsExactly(new SourceRows(matrix, new Span(0, 6)));
  }

  @Test
  void needsAMatrix() {
    Recipe row = new Zeros(DType.F32, List.of(3L));

    assertThatThrownBy(() -> new Transposed(row))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Not a matrix: zeros [3]");
  }

  private static SourceTensor matrix(long rows, long columns) {
    return new SourceTensor("w", DType.F32, List.of(rows, columns), 0, "m.safetensors", 0);
  }
}
