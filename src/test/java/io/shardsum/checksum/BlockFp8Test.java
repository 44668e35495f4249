package io.shardsum.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.safetensors.DType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockFp8Test {

  @ParameterizedTest
  @CsvSource({
    "256 384,F32,2 3,128",
    "3 200 256,F32,3 2 2,128",
    "2112 7168,F32,17 56,128",
    "200 64,F32,9 1,64",
    "4 8,F32,4 8,1",
    "0 256,F32,0 2,128",
    "256 7168,I32,256 14,128",
    "2 256 640,I32,2 256 2,128"
  })
  void infersTheBlock(String weight, DType scaleType, String scale, long block) throws Exception {
    assertThat(BlockFp8.of(shape(weight), scaleType, shape(scale)).block()).isEqualTo(block);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "256 384|BF16|2 3|expected a scale of type F32 or I32, found BF16",
        "384|F32|3|expected a weight of 2 or 3 dimensions, found [384]",
        "2 2 2 2|F32|2 2 1 1|expected a weight of 2 or 3 dimensions, found [2, 2, 2, 2]",
        "256 384|F32|1 2 3|"
            + "expected a scale of as many matrices as the weight, found [256, 384] and [1, 2, 3]",
        "4 256 384|F32|3 2 3|"
            + "expected a scale of as many matrices as the weight,"
            + " found [4, 256, 384] and [3, 2, 3]",
        "256 384|F32|2 0|expected columns in weight and scale, found [256, 384] and [2, 0]",
        "0 9223372036854775807|F32|0 1|"
            + "expected columns in weight and scale, found [0, 9223372036854775807] and [0, 1]",
        "256 0|F32|2 1|expected columns in weight and scale, found [256, 0] and [2, 1]",
        "128 576|F32|1 5|expected columns that the columns of the scale divide, in weight and"
            + " scale, found [128, 576] and [1, 5]",
        "256 384|F32|1 3|"
            + "expected a scale for each block of 128 rows, in weight and scale,"
            + " found [256, 384] and [1, 3]",
        "320 384|I32|320 1|"
            + "expected a multiple of 128 rows in a weight with packed scales, found [320, 384]",
        "256 384|I32|2 1|expected as many rows in the packed scale as in the weight,"
            + " found [256, 384] and [2, 1]",
        "256 192|I32|256 1|"
            + "expected a scale for each block of 96 rows, in weight and scale,"
            + " found [256, 192] and [256, 1]"
      })
  void refusesWhatTheEngineCannotDequantize(
      String weight, DType scaleType, String scale, String message) {
    assertThatThrownBy(() -> BlockFp8.of(shape(weight), scaleType, shape(scale)))
        .isInstanceOf(Fp8PairException.class)
        .hasMessage(message);
  }

  @Test
  void knowsTheLengthOfTheScale() throws Exception {
    assertThat(BlockFp8.of(List.of(256L, 384L), DType.F32, List.of(2L, 3L)).scaleBytes())
        .isEqualTo(24);
  }

  private static List<Long> shape(String text) {
    return Arrays.stream(text.split(" ")).map(Long::valueOf).toList();
  }
}
