# Homebrew, in a tap of one's own: brew install --formula ./tui-pod.rb
class TuiPod < Formula
  include Language::Python::Virtualenv

  desc "Listening sessions in the terminal"
  homepage "@HOMEPAGE@"
  url "@ADDRESS@"
  sha256 "@SHA256@"
  license "MIT"

  depends_on :macos
  depends_on "mpv"
  depends_on "python@3.14"

  on_arm do
@MAC_ARM_RESOURCES@
  end

  on_intel do
@MAC_INTEL_RESOURCES@
  end

@MAC_ANY_RESOURCES@

  def install
    virtualenv_create(libexec, "python3.14", without_pip: false)
    resources.each do |resource|
      resource.stage { system libexec/"bin/python", "-m", "pip", "install", "--no-index", "--no-deps", *Dir["*.whl"] }
    end
    system libexec/"bin/python", "-m", "pip", "install", "--no-index", "--no-deps", "--no-build-isolation", "."
    (bin/"tui-pod").write_env_script libexec/"bin/tui-pod",
                                     DYLD_FALLBACK_LIBRARY_PATH: "#{HOMEBREW_PREFIX}/lib"
    man1.install "share/man/man1/tui-pod.1"
    bash_completion.install "share/bash-completion/completions/tui-pod"
    zsh_completion.install "share/zsh/site-functions/_tui-pod"
    fish_completion.install "share/fish/vendor_completions.d/tui-pod.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/tui-pod --version")
  end
end
