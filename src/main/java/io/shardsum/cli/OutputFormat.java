package io.shardsum.cli;

import io.shardsum.fleet.Inventory;
import io.shardsum.scan.ScanSummary;
import java.io.PrintWriter;

/** For whom a result is printed. */
enum OutputFormat {
  /** For people. */
  TABLE {
    @Override
    void print(ScanSummary summary, PrintWriter out) {
      new SummaryReport(summary).print(out);
    }

    @Override
    void print(Inventory inventory, PrintWriter out) {
      new InventoryReport(inventory).print(out);
    }
  },
  /** For machines. */
  JSON {
    @Override
    void print(ScanSummary summary, PrintWriter out) {
      SummaryJson.print(summary, out);
    }

    @Override
    void print(Inventory inventory, PrintWriter out) {
      InventoryJson.print(inventory, out);
    }
  };

  abstract void print(ScanSummary summary, PrintWriter out);

  abstract void print(Inventory inventory, PrintWriter out);
}
