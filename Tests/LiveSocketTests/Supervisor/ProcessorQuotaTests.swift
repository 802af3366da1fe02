import Foundation
import TestSupport
import Testing

@testable import PorxyRuntime

/// Control groups as files in a folder: what a path leads to is a file's content.
@Suite(.paced) struct ProcessorQuotaTests {
  private func processors(_ groups: String?, _ files: [String: String]) throws -> Int? {
    let root = FileManager.default.temporaryDirectory.appending(path: "porxy-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    let mount = root.appending(path: "cgroup")
    for (path, text) in files {
      let file = mount.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let list = root.appending(path: "list")
    if let groups {
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
      try Data(groups.utf8).write(to: list)
    }
    return ProcessorQuota.processors(groups: list.path, mount: mount.path)
  }

  @Test(
    "the newer hierarchy: the lowest limit on the way up, rounded up",
    arguments: [
      ("0::/\n", ["cpu.max": "150000 100000\n"], 2), ("0::/\n", ["cpu.max": "max 100000\n"], nil),
      ("0::/\n", [:], nil), ("0::/\n", ["cpu.max": "1000 100000\n"], 1), ("0::/\n", ["cpu.max": "100000 100000\n"], 1),
      ("0::/a/b\n", ["a/cpu.max": "300000 100000\n", "a/b/cpu.max": "max 100000\n"], 3),
      ("0::/a/b\n", ["a/cpu.max": "300000 100000\n", "a/b/cpu.max": "50000 50000\n"], 1),
      ("0::/a/b\n", ["a/cpu.max": "max 100000\n", "b/cpu.max": "1 100000\n"], nil),
      // A container may see the host's path, and only its own group at the top.
      ("0::/system.slice/docker-1.scope\n", ["cpu.max": "250000 100000\n"], 3),
      ("0::/../..\n", ["cpu.max": "200000 100000\n"], 2),
      ("0::/a\n", ["a/cpu.max": ""], nil), ("0::/a\n", ["a/cpu.max": "x y\n"], nil),
      ("0::/a\n", ["a/cpu.max": "100000 0\n"], nil), ("0::/a\n", ["a/cpu.max": "99999999999999999999 1\n"], nil),
      ("", ["cpu.max": "100000 100000\n"], nil), ("nonsense\n\n", [:], nil),
    ] as [(String, [String: String], Int?)])
  func newer(groups: String, files: [String: String], expected: Int?) throws {
    #expect(try processors(groups, files) == expected)
  }

  @Test(
    "the older hierarchies",
    arguments: [
      (
        "5:memory:/m\n4:cpu,cpuacct:/a\n0::/\n",
        ["cpu,cpuacct/a/cpu.cfs_quota_us": "150000\n", "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n"], 2
      ),
      (
        "4:cpu,cpuacct:/a\n", ["cpu/a/cpu.cfs_quota_us": "400000\n", "cpu/a/cpu.cfs_period_us": "100000\n"], 4
      ),
      (
        "4:cpu:/docker/1\n", ["cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"], 1
      ),
      (
        "4:cpu:/a\n", ["cpu/a/cpu.cfs_quota_us": "-1\n", "cpu/a/cpu.cfs_period_us": "100000\n"], nil
      ),
      ("4:cpu:/a\n", ["cpu/a/cpu.cfs_quota_us": "100000\n"], nil),
      ("4:cpuset:/a\n", ["cpuset/a/cpu.cfs_quota_us": "1\n", "cpuset/a/cpu.cfs_period_us": "1\n"], nil),
      ("4:cpu:/a\n0::/b\n", ["unified/b/cpu.max": "200000 100000\n"], 2),
    ] as [(String, [String: String], Int?)])
  func older(groups: String, files: [String: String], expected: Int?) throws {
    #expect(try processors(groups, files) == expected)
  }

  @Test func withoutProcTheTopIsLookedAt() throws {
    #expect(try processors(nil, ["cpu.max": "300000 100000\n"]) == 3)
    #expect(try processors(nil, [:]) == nil)
  }
}
