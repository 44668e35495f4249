package io.shardsum.source;

import io.shardsum.io.ReadCounts;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.scheduler.TaskInfo;
import org.apache.spark.sql.connector.metric.CustomSumMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/** What Spark's SQL page shows of a read, summed over its tasks. */
public final class ReadMetrics {

  /** How Spark calls the metric of headers that did not parse, and did when read again. */
  public static final String HEADERS_READ_AGAIN = "headers that parsed when read again";

  private ReadMetrics() {}

  /** How Spark calls the metric of bytes of tensors that a GPU has summed. */
  public static final String HASHED_ON_GPU = "bytes hashed on a GPU";

  /** Of the directories that a task has read through the page cache, and should not have. */
  public static final String THROUGH_CACHE = "directories read through the page cache";

  /** The directories that a task has read through the page cache, and should not have. */
  public static List<String> throughCache(TaskInfo task) {
    List<String> directories = new ArrayList<>();
    task.accumulables()
        .foreach(
            added -> {
              if (added.name().contains(THROUGH_CACHE)
                  && added.update().isDefined()
                  && added.update().get() instanceof List<?> names) {
                names.forEach(name -> directories.add((String) name));
              }
              return null;
            });
    return directories;
  }

  static CustomTaskMetric[] values(ReadCounts counts, long bytesOnGpu) {
    return new CustomTaskMetric[] {
      new Value(BytesRead.NAME, counts.bytesRead()),
      new Value(FilesOpened.NAME, counts.filesOpened()),
      new Value(HeadersReadAgain.NAME, counts.headersReadAgain()),
      new Value(HashedOnGpu.NAME, bytesOnGpu)
    };
  }

  private record Value(String name, long value) implements CustomTaskMetric {}

  /** Bytes of files read, headers included. */
  public static final class BytesRead extends CustomSumMetric {
    private static final String NAME = "bytesRead";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public String description() {
      return "bytes read";
    }
  }

  /** Bytes of tensors that a GPU has summed. */
  public static final class HashedOnGpu extends CustomSumMetric {
    private static final String NAME = "hashedOnGpu";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public String description() {
      return HASHED_ON_GPU;
    }
  }

  /** How many headers did not parse, and did when they were read again. */
  public static final class HeadersReadAgain extends CustomSumMetric {
    private static final String NAME = "headersReadAgain";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public String description() {
      return HEADERS_READ_AGAIN;
    }
  }

  /** How often a file was opened: once for each range of it. */
  public static final class FilesOpened extends CustomSumMetric {
    private static final String NAME = "filesOpened";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public String description() {
      return "files opened";
    }
  }
}
