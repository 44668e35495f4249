package io.shardsum.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shardsum.exit.JobFault;
import io.shardsum.testing.LocalSpark;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LocalSpark.class)
class AcceleratorTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"com.nvidia.spark.SQLPlugin", "org.example.Audit, com.nvidia.spark.SQLPlugin"})
  void isTheGpuWhereThePluginIsNamed(String plugins) {
    assertThat(Accelerator.of(new SparkConf(false).set("spark.plugins", plugins)))
        .isEqualTo(Accelerator.GPU);
  }

  @Test
  void isTheCpuWhereItIsNot() {
    assertThat(Accelerator.of(new SparkConf(false))).isEqualTo(Accelerator.CPU);
    assertThat(Accelerator.of(new SparkConf(false).set("spark.plugins", "org.example.Audit")))
        .isEqualTo(Accelerator.CPU);
  }

  /** The profile gpu, which would have them, runs other tests. */
  @Test
  void aJarWithoutTheFunctionsForGpusSaysSo(SparkSession spark) {
    assertThatThrownBy(() -> Accelerator.GPU.registerFunctions(spark.newSession()))
        .isInstanceOf(JobFault.class)
        .hasMessage(
            "Cannot hash on a GPU: spark.plugins names com.nvidia.spark.SQLPlugin; expected a jar"
                + " built with mvn -Pgpu package, found one without io.shardsum.gpu.GpuChunkSum");
  }
}
