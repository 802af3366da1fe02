import CPorxyLinux
import Glibc
import PorxyCore

/// Waits for changes in the folders of one file (inotify(7)): in the one where its name is, and in the one where the
/// name leads to, if it is a symbolic link.
///
/// Folders, because editors put another file in the place of the old one, and Kubernetes swaps a link on the way to it.
/// What the kernel does not tell, as of network file systems, is for its caller to look at now and then.
package struct FolderWatch: ~Copyable {
  private let path: String
  /// Negative where the kernel refuses one.
  private let watch: Int32
  private let folder: Int32
  /// The number of the folder that the name leads to; negative for none.
  private var target: Int32 = -1

  /// Of the file of that path, which is absolute.
  package init(of path: String) {
    self.path = path
    watch = porxy_watch()
    folder = unsafe porxy_watch_folder(watch, Self.folder(of: path))
    followLinks()
  }

  deinit {
    if watch >= 0 { close(watch) }
  }

  /// Waits until something has changed in the folders, or for that time.
  package mutating func wait(atMost time: Duration) {
    _ = porxy_watch_wait(watch, Int32(clamping: (time.nanoseconds + 999_999) / 1_000_000))
    followLinks()
  }

  /// The name may lead elsewhere now.
  private mutating func followLinks() {
    guard watch >= 0 else { return }
    let place = unsafe realpath(path, nil)
    defer { unsafe free(place) }
    guard let place = unsafe place else { return }
    let now = unsafe porxy_watch_folder(watch, Self.folder(of: String(cString: place)))
    guard now != target else { return }
    if target >= 0, target != folder { _ = porxy_watch_less(watch, target) }
    target = now
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}
