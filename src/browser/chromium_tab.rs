//! How a tab of a Chromium is used where it differs from one of a Firefox.

use crate::browser::lookout::Lookout;
use crate::browser::session::{BrowserTab, PICTURE_LIMIT, SessionError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Quality and scale of a screenshot. They are tried in order until it is small enough.
const PICTURE_STEPS: [(u32, f64); 5] = [(70, 1.0), (45, 1.0), (40, 0.7), (30, 0.5), (20, 0.3)];

/// The kinds of storage of a site, without cookies. This list is four times as fast as `all`, which includes storage that only
/// scripts fill.
const STORAGE_TYPES: &str = "local_storage,indexeddb,cache_storage,service_workers,file_systems";

impl BrowserTab {
    /// From where the browser can be watched.
    pub(super) fn lookout(&self) -> Result<Lookout, SessionError> {
        self.lookout_of("se:cdp")
    }

    /// Makes the tab behave like a phone with 390 by 844 points and a touch screen.
    pub(super) async fn emulate_phone(&self) -> Result<(), SessionError> {
        let metrics = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
        let touch = json!({ "enabled": true, "maxTouchPoints": 5 });
        self.devtools("Emulation.setTouchEmulationEnabled", touch).await.map(drop)
    }

    /// New entries of the performance log.
    pub(super) async fn log(&self) -> Result<Value, SessionError> {
        self.post("se/log", json!({ "type": "performance" })).await
    }

    /// A JPEG of the visible part.
    pub(super) async fn capture_chromium(&self) -> Result<Option<Vec<u8>>, SessionError> {
        for (quality, scale) in PICTURE_STEPS {
            let mut params = json!({ "format": "jpeg", "quality": quality, "optimizeForSpeed": true });
            if scale < 1.0 {
                let layout = self.devtools("Page.getLayoutMetrics", json!({})).await?;
                let side = |name: &str| layout["cssVisualViewport"][name].clone();
                params["clip"] = json!({
                    "x": side("pageX"), "y": side("pageY"), "scale": scale,
                    "width": side("clientWidth"), "height": side("clientHeight"),
                });
            }
            let answer = self.devtools("Page.captureScreenshot", params).await?;
            let picture =
                answer["data"].as_str().and_then(|data| STANDARD.decode(data).ok()).unwrap_or_default();
            if (1..=PICTURE_LIMIT).contains(&picture.len()) {
                return Ok(Some(picture));
            }
        }
        Ok(None)
    }

    /// Removes everything that the visited origins stored.
    pub(super) async fn isolate_chromium(
        &mut self,
        origins: &[String],
        scripted: bool,
    ) -> Result<(), SessionError> {
        self.close_windows().await?;
        if scripted {
            // Closing the tab removes its session storage and stops its scripts.
            let tab = self.post("window/new", json!({ "type": "tab" })).await?;
            self.close_window().await?;
            self.post("window", json!({ "handle": tab["handle"] })).await?;
            self.settle_in(&tab["handle"]).await?;
        }
        // A script may have opened one meanwhile.
        self.close_windows().await?;
        self.devtools("Network.clearBrowserCookies", json!({})).await?;
        let types = if scripted { "all" } else { STORAGE_TYPES };
        for origin in origins {
            self.devtools("Storage.clearDataForOrigin", json!({ "origin": origin, "storageTypes": types }))
                .await?;
        }
        if scripted {
            // Log entries of the old tab belong to no visit.
            self.log().await?;
        }
        Ok(())
    }

    /// Closes a window, unless it has closed by itself.
    pub(super) async fn close_in_chromium(&self, window: &str) -> Result<(), SessionError> {
        match self.devtools("Target.closeTarget", json!({ "targetId": window })).await {
            Err(SessionError::Refused(why)) if why.contains("No target") => Ok(()),
            closed => closed.map(drop),
        }
    }

    async fn devtools(&self, command: &str, params: Value) -> Result<Value, SessionError> {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": params })).await
    }
}
