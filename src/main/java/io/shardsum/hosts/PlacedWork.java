package io.shardsum.hosts;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Runs pieces of work, each a task at a place of its own. Of what Java programs may use, only a
 * data source tells Spark where a task had better run: this is one, of a row for each piece.
 */
public final class PlacedWork implements TableProvider {

  private static final String WORK = "work";
  private static final StructType SCHEMA = StructType.fromDDL("number INT, result BINARY");

  /** What a source gets are texts: the pieces of the driver's queries, by a name of theirs. */
  private static final Map<String, List<? extends Piece<?>>> RUNNING = new ConcurrentHashMap<>();

  /** What a task does. */
  public interface Work<R extends Serializable> extends Serializable {
    /** Does it, on an executor. */
    R run(Configuration hadoopConf) throws IOException;
  }

  /**
   * One task.
   *
   * @param at where it had better run, as Spark names places; none: anywhere
   */
  public record Piece<R extends Serializable>(List<String> at, Work<R> work)
      implements InputPartition {

    /** Copies the list. */
    public Piece {
      at = List.copyOf(at);
    }

    @Override
    public String[] preferredLocations() {
      return at.toArray(String[]::new);
    }
  }

  /**
   * Runs pieces.
   *
   * @return their results, in their order
   */
  @SuppressWarnings("unchecked") // each piece gives its result
  public static <R extends Serializable> List<R> run(SparkSession session, List<Piece<R>> pieces) {
    String name = UUID.randomUUID().toString();
    RUNNING.put(name, List.copyOf(pieces));
    try {
      Object[] results = new Object[pieces.size()];
      for (Row row :
          session
              .read()
              .format(PlacedWork.class.getName())
              .option(WORK, name)
              .load()
              .collectAsList()) {
        results[row.getInt(0)] = unpacked(row.getAs("result"));
      }
      List<R> ordered = new ArrayList<>();
      for (Object result : results) {
        ordered.add((R) result);
      }
      return ordered;
    } finally {
      RUNNING.remove(name);
    }
  }

  private static byte[] packed(Serializable result) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(result);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to memory", e);
    }
    return bytes.toByteArray();
  }

  private static Object unpacked(byte[] bytes) {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read from memory", e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("An executor has other classes than the driver", e);
    }
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return SCHEMA;
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return new Pieces(RUNNING.get(properties.get(WORK)));
  }

  private record Pieces(List<? extends Piece<?>> pieces)
      implements Table, SupportsRead, ScanBuilder, Scan, Batch {

    @Override
    public String name() {
      return pieces.size() + " pieces of work";
    }

    @Override
    @SuppressWarnings("deprecation") // columns() falls back to this, and is no shorter to give
    public StructType schema() {
      return SCHEMA;
    }

    @Override
    public Set<TableCapability> capabilities() {
      return Set.of(TableCapability.BATCH_READ);
    }

    @Override
    public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
      return this;
    }

    @Override
    public Scan build() {
      return this;
    }

    @Override
    public StructType readSchema() {
      return SCHEMA;
    }

    @Override
    public Batch toBatch() {
      return this;
    }

    @Override
    public InputPartition[] planInputPartitions() {
      InputPartition[] numbered = new InputPartition[pieces.size()];
      for (int number = 0; number < numbered.length; number++) {
        numbered[number] = new Numbered(number, pieces.get(number));
      }
      return numbered;
    }

    @Override
    public PartitionReaderFactory createReaderFactory() {
      JavaSparkContext spark =
          JavaSparkContext.fromSparkContext(SparkSession.active().sparkContext());
      return new Readers(
          spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration())));
    }
  }

  private record Numbered(int number, Piece<?> piece) implements InputPartition {
    @Override
    public String[] preferredLocations() {
      return piece.preferredLocations();
    }
  }

  private record Readers(Broadcast<SerializableConfiguration> hadoopConf)
      implements PartitionReaderFactory {
    @Override
    public PartitionReader<InternalRow> createReader(InputPartition partition) {
      return new Result((Numbered) partition, hadoopConf.value().value());
    }
  }

  private static final class Result implements PartitionReader<InternalRow> {
    private final Numbered piece;
    private final Configuration hadoopConf;
    private boolean done;

    Result(Numbered piece, Configuration hadoopConf) {
      this.piece = piece;
      this.hadoopConf = hadoopConf;
    }

    @Override
    public boolean next() {
      boolean more = !done;
      done = true;
      return more;
    }

    @Override
    public InternalRow get() {
      try {
        Serializable result = piece.piece().work().run(hadoopConf);
        return new GenericInternalRow(new Object[] {piece.number(), packed(result)});
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
