package io.shardsum.scan.reread;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.damage.ByteComparison;
import io.shardsum.damage.TensorSite;
import io.shardsum.source.ChunkColumn;
import io.shardsum.tables.DamageColumns;
import io.shardsum.tables.NamedRow;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Two copies of a tensor that are being read and compared, on an executor. Chunks come in runs, all
 * of the suspect copy before all of the other one.
 */
final class CopyPair {

  static final StructType SCHEMA =
      StructType.fromDDL(
          "number INT, error STRING, chunks ARRAY<INT>, sums ARRAY<BIGINT>,"
              + " other_sums ARRAY<BIGINT>, sha256 STRING, other_sha256 STRING, host STRING,"
              + " executor STRING, "
              + DamageColumns.DDL);

  /**
   * What is expected of a pair.
   *
   * @param number of the suspect
   * @param site of the suspect copy
   * @param chunks how many are to be compared
   */
  record Expected(int number, String tensor, TensorSite site, int chunks) implements Serializable {}

  private final Expected expected;
  private final ByteComparison comparison;
  private final SglangChecksum checksum = new SglangChecksum();
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private final MessageDigest otherSha256 = DigestUtils.getSha256Digest();
  private final Map<Integer, byte[]> waiting = new TreeMap<>();
  private final List<Integer> chunks = new ArrayList<>();
  private final List<Long> sums = new ArrayList<>();
  private final List<Long> otherSums = new ArrayList<>();
  private String error;
  private String host;
  private String executor;

  CopyPair(Expected expected, int rangesKept) {
    this.expected = expected;
    this.comparison = new ByteComparison(expected.site(), rangesKept);
  }

  /** Takes a chunk of the suspect copy. */
  void addSuspect(Row row) {
    if (isOfIt(row)) {
      host = row.getAs("_host");
      executor = row.getAs("_executor");
      waiting.put(row.getAs("chunk"), row.getAs("data"));
    }
  }

  /** Takes the same chunk of the other copy. */
  void addOther(Row row) {
    if (!isOfIt(row)) {
      return;
    }
    int chunk = row.<Integer>getAs("chunk");
    byte[] bad = waiting.remove(chunk);
    byte[] good = row.getAs("data");
    if (bad == null || bad.length != good.length) {
      fail("the copies are not of one length");
      return;
    }
    comparison.add((long) chunk * ChunkColumn.CHUNK_BYTES, bad, good);
    chunks.add(chunk);
    sums.add(sum(chunk, bad));
    otherSums.add(sum(chunk, good));
    if (isWhole()) {
      sha256.update(bad);
      otherSha256.update(good);
    }
  }

  private boolean isWhole() {
    return (long) expected.chunks() * ChunkColumn.CHUNK_BYTES >= expected.site().lengthBytes();
  }

  private long sum(int chunk, byte[] data) {
    long firstWord = (long) chunk * ChunkColumn.CHUNK_BYTES / Integer.BYTES;
    return checksum.sum(ByteBuffer.wrap(data), firstWord, expected.site().lengthBytes());
  }

  /** An empty tensor may begin where a chunk of another does. */
  private boolean isOfIt(Row row) {
    if (row.getAs("error") != null) {
      fail(row.getAs("error"));
    }
    return error == null
        && expected.tensor().equals(row.getAs("tensor"))
        && hasMetadata(row.getAs("dtype"), row.getAs("tensor_bytes"));
  }

  private boolean hasMetadata(String dtype, long lengthBytes) {
    boolean same =
        dtype.equals(expected.site().dtype().name())
            && lengthBytes == expected.site().lengthBytes();
    if (!same) {
      fail("its header says something else now");
    }
    return same;
  }

  private void fail(String why) {
    error = error == null ? why : error;
  }

  /** The result, of {@link #SCHEMA}. */
  Row result() {
    if (chunks.size() != expected.chunks()) {
      fail(
          "expected %s chunks of it, found %s"
              .formatted(Integer.toString(expected.chunks()), Integer.toString(chunks.size())));
    }
    boolean digests = error == null && isWhole();
    NamedRow row =
        NamedRow.of(SCHEMA)
            .with("number", expected.number())
            .with("error", error)
            .with("chunks", chunks)
            .with("sums", sums)
            .with("other_sums", otherSums)
            .with("sha256", digests ? Hex.encodeHexString(sha256.digest()) : null)
            .with("other_sha256", digests ? Hex.encodeHexString(otherSha256.digest()) : null)
            .with("host", host)
            .with("executor", executor);
    comparison.damage().ifPresent(damage -> DamageColumns.set(row, damage));
    return row.row();
  }
}
