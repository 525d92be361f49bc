# One fit, and 20 refits, of the us-states SLM by splm. Prints `name=value` lines; CPU time.
#
#   Rscript fit.R <folder of the data>

suppressPackageStartupMessages(library(splm))

refits <- 20
data_folder <- commandArgs(trailingOnly = TRUE)[1]

# splm wants the panel sorted by unit, then time, as the file is.
panel <- read.csv(file.path(data_folder, "us-states.csv"))
states <- unique(panel$state)
n <- length(states)
years <- length(unique(panel$year))
neighbours <- spdep::read.gal(file.path(data_folder, "us-states.gal"), region.id = states)
listw <- spdep::nb2listw(neighbours, style = "W")
formula <- log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp

fit <- function(data) {
  spml(formula, data = data, index = c("state", "year"), listw = listw, model = "within",
       effect = "twoways", lag = TRUE, spatial.error = "none")
}
cpu <- function() sum(proc.time()[c("user.self", "sys.self")])

found <- fit(panel)
once <- min(replicate(5, { start <- cpu(); fit(panel); cpu() - start }))

# Residuals drawn with replacement, a response generated, the model fitted again. Rows of a matrix
# are years, columns states.
coefficients <- coef(found)
rho <- unname(coefficients["lambda"])
beta <- coefficients[setdiff(names(coefficients), c("lambda", "(Intercept)"))]
x <- with(panel, cbind(log(pcap), log(pc), log(emp), unemp))
as_panel <- function(v) matrix(v, nrow = years, ncol = n)
w <- spdep::listw2mat(listw)
filter <- diag(n) - rho * w
within <- function(m) sweep(sweep(m, 2, colMeans(m)), 1, rowMeans(m)) + mean(m)
filtered <- as_panel(log(panel$gsp)) %*% t(filter)
errors <- within(filtered - as_panel(x %*% beta))
systematic <- filtered - errors
inverse <- solve(filter)

set.seed(1)
start <- cpu()
for (i in seq_len(refits)) {
  drawn <- as_panel(sample(errors, replace = TRUE))
  again <- panel
  again$gsp <- exp(as.vector((systematic + drawn) %*% t(inverse)))
  fit(again)
}
refit <- (cpu() - start) / refits

cat(sprintf("splm_version=%s\n", packageVersion("splm")))
cat(sprintf("r_version=%s\n", getRversion()))
cat("estimates:", sprintf("%.10f", c(beta, rho)), "\n")
cat(sprintf("splm_fit_us=%.0f\n", once * 1e6))
cat(sprintf("splm_refit_us=%.0f\n", refit * 1e6))
cat(sprintf("splm_task_999_ms=%.0f\n", refit * 999e3))
