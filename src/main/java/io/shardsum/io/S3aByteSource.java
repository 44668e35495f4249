package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/**
 * An object of S3, read by one thread from its begin to its end, by few requests: each costs some
 * milliseconds, and S3A breaks a connection off whose answer is not read to its end.
 *
 * <p>The bytes that the reader has announced come as a {@link S3aStretch}. What it reads aside,
 * such as the scales of weights, comes by requests of its own, each twice as long as the one before
 * it if it goes on there.
 */
final class S3aByteSource implements ByteSource {

  /** Most headers are no longer, and S3A reads so much to its end rather than break it off. */
  static final long HEADER_BYTES = 64 << 10;

  private static final int PLACES = 2;

  private final ListedFile file;
  private final S3aStretch.Requests requests;
  private final LongSupplier announcedEnd;
  private final S3aStretch[] places = new S3aStretch[PLACES];
  private final ThroughArray array = new ThroughArray();

  /**
   * Opens nothing yet.
   *
   * @param announcedEnd up to where the reader will read as far as it knows; 0: it has not said
   */
  S3aByteSource(ListedFile file, S3aStretch.Requests requests, LongSupplier announcedEnd) {
    this.file = file;
    this.requests = requests;
    this.announcedEnd = announcedEnd;
  }

  @Override
  public String name() {
    return file.path();
  }

  @Override
  public long lengthBytes() {
    return file.lengthBytes();
  }

  @Override
  public void readFully(long positionBytes, ByteBuffer target) throws IOException {
    if (positionBytes + target.remaining() > lengthBytes()) {
      throw new EOFException(name() + " ends at byte " + lengthBytes());
    }
    if (!target.hasRemaining()) {
      return;
    }
    array.fill(positionBytes, target, placeAt(positionBytes, target.remaining())::read);
  }

  /** The one that reaches the bytes; else one that is opened instead of what was not used last. */
  private S3aStretch placeAt(long positionBytes, int lengthBytes) throws IOException {
    int chosen = 0;
    while (chosen < PLACES - 1 && !reaches(places[chosen], positionBytes, lengthBytes)) {
      chosen++;
    }
    if (!reaches(places[chosen], positionBytes, lengthBytes)) {
      reopen(indexOfEnd(positionBytes), positionBytes, lengthBytes);
      return places[0];
    }
    moveToFront(chosen, places[chosen]);
    return places[0];
  }

  private static boolean reaches(S3aStretch place, long positionBytes, int lengthBytes) {
    return place != null && place.reaches(positionBytes, lengthBytes);
  }

  /** Of the one that has come to just there; else of what was not used last. */
  private int indexOfEnd(long positionBytes) {
    for (int index = 0; index < PLACES; index++) {
      if (places[index] != null && places[index].atBytes() == positionBytes) {
        return index;
      }
    }
    return PLACES - 1;
  }

  private void reopen(int index, long positionBytes, int lengthBytes) throws IOException {
    S3aStretch before = places[index];
    places[index] = null;
    long ahead = 0;
    if (before != null) {
      before.close();
      ahead = before.atBytes() == positionBytes ? 2 * before.lengthBytes() : 0;
    }
    long announced =
        announcedEnd.getAsLong() == 0
            ? Math.min(HEADER_BYTES, lengthBytes())
            : announcedEnd.getAsLong();
    long wantedEnd = isReadTo(announced) ? Math.min(announced, positionBytes + ahead) : announced;
    long end = Math.max(positionBytes + lengthBytes, wantedEnd);
    moveToFront(index, new S3aStretch(requests, positionBytes, end));
  }

  private boolean isReadTo(long endBytes) {
    for (S3aStretch place : places) {
      if (place != null && place.endBytes() == endBytes && place.atBytes() < endBytes) {
        return true;
      }
    }
    return false;
  }

  private void moveToFront(int index, S3aStretch place) {
    System.arraycopy(places, 0, places, 1, index);
    places[0] = place;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (int index = 0; index < PLACES; index++) {
      S3aStretch place = places[index];
      places[index] = null;
      if (place != null) {
        try {
          place.close();
        } catch (IOException e) {
          failure = e;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
