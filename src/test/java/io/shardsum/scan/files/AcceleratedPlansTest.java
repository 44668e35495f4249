package io.shardsum.scan.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardsum.tables.SqlStage;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AcceleratedPlansTest {

  private final AcceleratedPlans plans = new AcceleratedPlans();

  @BeforeEach
  void somethingWasHashedOnAGpu() {
    plans.addBytesOnGpu(7);
  }

  @Test
  void sayGpuWhereOnlyReadingAndLandingRanOnTheCpu() {
    plans.add(
        SqlStage.TENSORS,
        List.of(
            "Execute InsertIntoHadoopFsRelationCommand",
            "WriteFiles",
            "ColumnarToRow",
            "GpuProject",
            "GpuShuffledHashJoin",
            "GpuHashAggregate",
            "GpuColumnarExchange",
            "GpuProject",
            "GpuRowToColumnar",
            "BatchScan safetensors[file_index#1, data#2]",
            "LocalTableScan"));
    plans.add(
        SqlStage.RANKS,
        List.of("GpuColumnarToRow", "GpuSort", "GpuScan parquet", "AQEShuffleRead"));

    assertThat(plans.text()).isEqualTo("gpu");
  }

  @Test
  void nameWhatFellBackByStage() {
    plans.add(
        SqlStage.TENSORS,
        List.of(
            "GpuHashAggregate",
            "RowToColumnar",
            "WholeStageCodegen (2)",
            "Sort",
            "Project",
            "InputAdapter",
            "Project",
            "BatchScan safetensors"));
    plans.add(SqlStage.FORMS, List.of("GpuUnion", "BroadcastHashJoin", "Scan parquet "));

    assertThat(plans.text())
        .isEqualTo("gpu (partly: tensors: Project, Sort; forms: BroadcastHashJoin, Scan parquet)");
  }

  /** Whatever its plans say: what a scan is for is to hash. */
  @Test
  void sayCpuWhereNothingWasHashedOnAGpu() {
    AcceleratedPlans ofCpu = new AcceleratedPlans();
    ofCpu.add(SqlStage.TENSORS, List.of("GpuHashAggregate", "Exchange", "BatchScan safetensors"));

    assertThat(ofCpu.text()).isEqualTo("cpu");
  }
}
