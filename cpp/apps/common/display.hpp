// Whether a window can be opened here; to be asked before any thread is started.
#pragma once

namespace skymask::apps {

/// Makes sure that a window can be opened.
///
/// Without a display OpenCV's window does not throw: built with Qt, as Debian's is, it ends the whole process. So
/// another process tries first. Throws DisplayError: there is no display, or it does not let us in.
void require_display();

}  // namespace skymask::apps
