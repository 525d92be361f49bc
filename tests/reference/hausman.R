# Writes produc_hausman.json: Rscript tests/reference/hausman.R, from the top of the repository.
# plm 2.6-2. `chisq`, `aux`, `aux_arellano_sss` are phtest's. `two_way`, random effects of units beside
# fixed ones of years, which plm does not have, is written out below with dummies.
suppressMessages(library(plm))
d <- read.csv("experiments/data/us-states.csv")
d <- d[order(d$state, d$year), ]
d$lgsp <- log(d$gsp); d$lpcap <- log(d$pcap); d$lpc <- log(d$pc); d$lemp <- log(d$emp)
lag_of <- function(v, k) ave(v, d$state, FUN = function(x) c(rep(NA, k), head(x, -k)))
d$lpcap_l1 <- lag_of(d$lpcap, 1); d$lpcap_l2 <- lag_of(d$lpcap, 2)
formulas <- list(
  lag0 = lgsp ~ lpcap + lpc + lemp + unemp,
  lag1 = lgsp ~ lpcap_l1 + lpc + lemp + unemp,
  joint = lgsp ~ lpcap + lpcap_l1 + lpcap_l2 + lpc + lemp + unemp
)
two_way <- function(f, s) {
  y <- model.response(model.frame(f, s)); X <- model.matrix(f, s)[, -1]
  n <- length(unique(s$state)); T <- length(unique(s$year)); k <- ncol(X)
  tt <- model.matrix(~ factor(year), s); uu <- model.matrix(~ factor(state) - 1, s)
  fe <- lm(y ~ X + tt + uu - 1); s2w <- sum(resid(fe)^2) / df.residual(fe)
  vw <- vcov(fe)[1:k, 1:k]; bw <- coef(fe)[1:k]
  m <- function(v) ave(v, s$state); Xb <- apply(X, 2, m)
  first <- !duplicated(s$state)
  be <- lm(m(y)[first] ~ Xb[first, ]); s21 <- T * sum(resid(be)^2) / (n - k - 1)
  theta <- max(0, 1 - sqrt(s2w / s21))
  q <- function(v) v - theta * m(v)
  re <- lm(q(y) ~ apply(X, 2, q) + apply(tt, 2, q) - 1)
  br <- coef(re)[1:k]; vr <- vcov(re)[1:k, 1:k]
  D <- vw - vr; dd <- bw - br
  aux <- lm(q(y) ~ apply(X, 2, q) + Xb + apply(tt, 2, q) - 1)
  i <- k + 1:k
  list(theta = theta, quadratic = drop(dd %*% solve(D, dd)),
       smallest_eigenvalue = min(Re(eigen(solve(vw, D))$values)),
       classical = drop(coef(aux)[i] %*% solve(vcov(aux)[i, i], coef(aux)[i])))
}
num <- function(v) ifelse(is.na(v), "null", formatC(v, digits = 17, format = "g"))
obj <- function(l) paste0("{", paste0('"', names(l), '": ', sapply(l, function(v)
  if (is.list(v)) obj(v) else if (is.character(v)) paste0('"', v, '"') else num(v)), collapse = ", "), "}")
blocks <- list()
for (region in c("national", "east", "central", "west")) for (spec in names(formulas)) {
  f <- formulas[[spec]]
  s <- if (region == "national") d else d[d$macro == region, ]
  if (spec == "lag1") s <- s[s$year > 1970, ]
  if (spec == "joint") s <- s[s$year > 1971, ]
  p <- pdata.frame(s, index = c("state", "year"))
  fe <- plm(f, p, model = "within"); re <- plm(f, p, model = "random")
  sss <- function(x) vcovHC(x, method = "arellano", type = "sss")
  sm <- summary(re)
  D <- vcov(fe) - vcov(re)[names(coef(fe)), names(coef(fe))]
  blocks[[paste(region, spec, sep = "__")]] <- list(
    region = region, formula = deparse(f), n_units = length(unique(s$state)),
    n_periods = length(unique(s$year)),
    theta = unname(ercomp(re)$theta), idios = unname(ercomp(re)$sigma2["idios"]), id = unname(ercomp(re)$sigma2["id"]),
    coef = as.list(coef(re)), se = as.list(sqrt(diag(vcov(re)))),
    smallest_eigenvalue = min(Re(eigen(solve(vcov(fe), D))$values)),
    chisq = unname(phtest(fe, re)$statistic),
    aux = unname(phtest(f, p, method = "aux")$statistic),
    aux_arellano_sss = unname(phtest(f, p, method = "aux", vcov = sss)$statistic),
    two_way = two_way(f, s))
}
rows <- sapply(names(blocks), function(b) paste0('"', b, '": ', obj(blocks[[b]])))
writeLines(paste0('{"package": "plm 2.6-2, R 4.2.2", "results": {\n', paste(rows, collapse = ",\n"), "\n}}"),
           "tests/reference/produc_hausman.json")
